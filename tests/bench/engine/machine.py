"""What lies around the engine: scheduler, run loop, storage, and ranks of `harsanyi sweep`."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from games import ROOT, benchmark_prompts
from model_files import EIGHT_PLAYERS, Shape, random_llama

CLASSIFICATION = ("sst2", "sst5", "mr", "subj", "agnews", "trec_fixed", "cb", "boolq")
SAMPLES_OF_A_SWEEP = 900
WORKER_GROUPS = 4096
GROUPS = {  # operations per second of a worker group
    "CPU node": 2e12,
    "H100": 4e14,  # 40 % of its dense bfloat16 peak of 989 TFLOP/s
}
SHARDINGS = {  # layers, coalitions, samples; 0: by partition/plan/unit_size.hpp
    "chosen": (0, 0, 0),
    "of few groups": (2, 64, 16),
    "half of the chosen": (1, 4, 16),
}
PROJECTED_GROUPS = (8, 64, 512)
START_SECONDS = 60.0  # assumed: every group reads 16 GB of weights
STORED_TOGETHER = 64  # RunOptions::blocks_per_store


def command_output(words: list[object]) -> str:
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


# ---- scheduler and storage


def measure_schedule(bin_folder: Path, demo_model: Path, data: Path, folder: Path) -> dict:
    """A simulated sweep of Llama-3.1-8B over all classification sets, and what rank 0 does meanwhile."""
    samples = folder / "samples.json"
    samples.write_text(json.dumps({"pools": prompt_lengths(bin_folder / "harsanyi", demo_model, data)}))
    config = ROOT / "configs/models/Llama-3.1-8B-Instruct.json"

    def simulated(groups: int, of: str, sharding: str) -> dict:
        words = [bin_folder / "sweep_simulation", config, samples, groups, GROUPS[of], *SHARDINGS[sharding]]
        return json.loads(command_output(words)) | {"group": of, "units_are": sharding}

    storage = json.loads(command_output([bin_folder / "storage_bench", folder]))
    run_loop = measure_run_loop(bin_folder)
    together = next(entry for entry in storage if entry["units_per_store"] == STORED_TOGETHER)
    seconds_per_unit = run_loop["processor_seconds_per_unit"] + together["processor_seconds_per_unit"]
    sweeps = [simulated(WORKER_GROUPS, of, sharding) for of in GROUPS for sharding in SHARDINGS]
    for sweep in sweeps:
        used = sweep["scheduler_processor_seconds"] + sweep["units"] * seconds_per_unit
        sweep["rank_0_processor_share"] = used / sweep["makespan_seconds"]
    return {
        "start_seconds": START_SECONDS,
        "sweeps": sweeps,
        "projection": [simulated(groups, "H100", "chosen") for groups in PROJECTED_GROUPS],
        "storage": storage,
        "run_loop": run_loop,
    }


def prompt_lengths(harsanyi: Path, model: Path, data: Path) -> list[dict]:
    """[benchmarks] of real prompts by the demo's tokenizer; fewer where a benchmark has fewer rows."""
    pools = []
    for name in CLASSIFICATION:
        rows = min(SAMPLES_OF_A_SWEEP, row_count(data, name))
        tokens = [prompt.tokens for prompt in benchmark_prompts(harsanyi, model, data, name, rows)]
        shared = len(os.path.commonprefix(tokens))
        pools.append({"benchmark": name, "shared_prefix": shared, "tokens": [len(prompt) for prompt in tokens]})
    return pools


def row_count(data: Path, benchmark: str) -> int:
    entry = json.loads((ROOT / f"configs/benchmarks/{benchmark}.json").read_text(encoding="utf-8"))
    with (data / entry["folder"] / f"{entry['evaluation_split']}.jsonl").open(encoding="utf-8") as file:
        return sum(1 for line in file if line.strip())


def measure_run_loop(bin_folder: Path) -> dict:
    """What a unit of 4096 values costs rank 0 beside storing, in processor time; its own computing thread is in it."""
    text = command_output(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", 2, bin_folder / "run_bench"])
    microseconds = re.search(r"units of 4096 values: [\d.]+ us per unit, ([\d.]+) us", text)[1]
    return {"processor_seconds_per_unit": float(microseconds) * 1e-6, "says": text.strip().splitlines()}


# ---- ranks of a sweep

SWEPT = Shape(layers=8, hidden=512, query_heads=16, kv_heads=4, intermediate=1024, vocabulary=EIGHT_PLAYERS.vocabulary)


SWEPT_SAMPLES = 64


def measure_scaling(bin_folder: Path, demo_model: Path, data: Path, turns: int, folder: Path) -> dict:
    """Units per second of `harsanyi sweep` on one and two ranks of one thread, the same work and twice the work."""
    model, rows = random_llama(SWEPT, "swept"), folder / "rows.jsonl"
    prompts = benchmark_prompts(bin_folder / "harsanyi", demo_model, data, "sst2", SWEPT_SAMPLES)
    lines = [json.dumps({"tokens": p.tokens, "label_tokens": p.label_tokens, "gold": p.gold}) for p in prompts]
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    half = len(prompts) // 2

    def units_per_second(ranks: int, samples: int) -> float:
        return time_sweep(bin_folder / "harsanyi", model, rows, ranks, samples, folder / "scaling.h5")

    strong, weak, single = [], [], []
    for _ in range(turns):
        one, two, one_half = units_per_second(1, 2 * half), units_per_second(2, 2 * half), units_per_second(1, half)
        single.append(one)
        strong.append(two / one)
        weak.append(two / one_half)
    return {
        "samples": 2 * half,
        "units_per_second_of_one_rank": statistics.median(single),
        "strong": {"median": statistics.median(strong), "least": min(strong), "most": max(strong)},
        "weak": {"median": statistics.median(weak), "least": min(weak), "most": max(weak)},
    }


def time_sweep(harsanyi: Path, model: Path, rows: Path, ranks: int, samples: int, cube: Path) -> float:
    """Units per second of the whole command, start and loading included."""
    cube.unlink(missing_ok=True)
    launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks]
    command = [*launcher, harsanyi, "sweep", "--model", model, "--benchmark", "tokens", "--calibration-rows", rows]
    command += ["--samples", samples, "--threads", 1, "--cube", cube]
    command += ["--worker-groups", 2]  # the same units for one rank and for two
    command += ["--benchmark-table", ROOT / "configs/benchmarks"]
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    return int(re.search(r"(\d+) of \d+ units done", done.stdout + done.stderr)[1]) / seconds
