"""The measuring stick: harsanyi beside what people would use instead, in one run. docs/performance.md explains it.

    run.sh --data DIR [--bin DIR] [--model DIR] [--out DIR] [--rows 16] [--turns 3] [--only PART ...]

Writes results.json and table.txt into --out after every part, and figures at the end. Ends with an error if two sides
disagree.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from cases import ROWS, make_cases
from comparison import LOOPS, PEERS, compare
from dividends import measure_dividends
from games import ROOT
from growth import measure_growth
from machine import measure_scaling, measure_schedule
from model_files import CACHE
from tables import text_of


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the rows: DIR/<benchmark>/<split>.jsonl")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin", help="folder of the built programs")
    parser.add_argument("--model", type=Path, default=CACHE / "models/smollm2-135m-instruct", help="the demo's model")
    parser.add_argument("--out", type=Path, default=ROOT / "out/bench", help="folder of the results")
    parser.add_argument("--rows", type=int, default=ROWS, help="prompts of each benchmark")
    parser.add_argument("--turns", type=int, default=3, help="alternating turns of every side")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="gpu: the cases on one GPU, no peers")
    parser.add_argument("--figures-by", type=Path, help="Python of the runtime environment, which draws the figures")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="parts to measure; all, or on a GPU the cases")
    options = parser.parse_args()
    options.only = options.only or (["cases"] if options.device == "gpu" else list(PARTS))
    return options


def cases_part(options: argparse.Namespace, results: dict) -> None:
    results["cases"] = []
    programs = options.bin
    for case in make_cases(programs / "harsanyi", options.model, options.data, options.rows, options.device):
        folder = options.out / case.name.replace(" ", "_")
        loops = LOOPS if options.device == "gpu" else LOOPS + PEERS
        driver = programs / "engine_bench"
        results["cases"].append(compare(case, driver, options.turns, folder, loops, options.device))
        save(results, options.out)


def dividends_part(options: argparse.Namespace, results: dict) -> None:
    results["dividends"] = measure_dividends(options.bin / "dividends_bench", options.turns)


def growth_part(options: argparse.Namespace, results: dict) -> None:
    results["growth"] = measure_growth(options.bin / "engine_bench", options.turns, options.out / "growth")


def schedule_part(options: argparse.Namespace, results: dict) -> None:
    results["schedule"] = measure_schedule(options.bin, options.model, options.data, options.out)


def scaling_part(options: argparse.Namespace, results: dict) -> None:
    results["scaling"] = measure_scaling(options.bin, options.model, options.data, options.turns, options.out)


PARTS: dict[str, Callable[[argparse.Namespace, dict], None]] = {
    "cases": cases_part,
    "dividends": dividends_part,
    "growth": growth_part,
    "schedule": schedule_part,
    "scaling": scaling_part,
}


def machine_facts(device: str) -> dict[str, object]:
    processor = next(
        (
            line.split(": ")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    packages = {name: version(name) for name in ("torch", "transformers")}
    facts = {"processor": processor, "cores": os.cpu_count(), "load": os.getloadavg()[0], **packages}
    if device == "gpu":
        command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        facts["gpu"] = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]
    return facts


def save(results: dict, folder: Path) -> None:
    (folder / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    (folder / "table.txt").write_text(text_of(results), encoding="utf-8")


def main() -> None:
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    results: dict[str, object] = {"machine": machine_facts(options.device), "seconds": {}}
    for name in options.only:
        start = time.perf_counter()
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        PARTS[name](options, results)
        results["seconds"][name] = time.perf_counter() - start
        save(results, options.out)
    if options.figures_by:
        subprocess.run([options.figures_by, Path(__file__).parent / "plots.py", options.out], check=True)
    print(text_of(results), end="")


if __name__ == "__main__":
    main()
