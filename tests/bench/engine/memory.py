"""Peak memory of real sweeps beside what `harsanyi plan` predicts: one rank of one thread, until the allocator's heap
is as large as it gets.

    memory.py HARSANYI FOLDER [--model NAME]... [options of sweep]     FOLDER for rows and cubes
"""

import argparse
import json
import os
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from model_files import EIGHT_PLAYERS, SLICE_OF_8B, Shape, random_llama

UNITS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True)
class Sweep:
    """A part of a sweep: `prompts` of `tokens` tokens, half of them shared, over some layers and coalitions."""

    model: Path
    vocabulary: int
    prompts: int
    tokens: int
    options: tuple[object, ...] = ()


SMALL = Shape(layers=16, hidden=512, query_heads=16, kv_heads=8, intermediate=1024, vocabulary=16384)
PARTS = {  # of sweeps long enough
    "smollm2": ("--unit-layers", 2, "--only-layers", "20-29"),
    "eight-players": ("--unit-layers", 1, "--only-layers", "4-6", "--unit-coalitions", 64),
    "slice-of-8b": ("--unit-layers", 1, "--unit-coalitions", 64),
    "small": ("--unit-layers", 1, "--only-layers", 8, "--unit-coalitions", 64),
}


def make_sweep(name: str, folder: Path) -> Sweep:
    """A model of that name and its prompts; `small` is made in `folder`, other random ones in the cache."""
    part = PARTS[name]
    if name == "smollm2":
        demo_model = Path(os.environ.get("HARSANYI_DEMO_MODEL", "models/smollm2-135m-instruct"))
        return Sweep(demo_model, vocabulary=49152, prompts=16, tokens=128, options=part)
    if name == "eight-players":
        model = random_llama(EIGHT_PLAYERS, name)
        return Sweep(model, EIGHT_PLAYERS.vocabulary, prompts=16, tokens=128, options=part)
    if name == "slice-of-8b":
        return Sweep(random_llama(SLICE_OF_8B, name), SLICE_OF_8B.vocabulary, prompts=4, tokens=128, options=part)
    return Sweep(random_llama(SMALL, name, cache=folder), SMALL.vocabulary, prompts=18, tokens=64, options=part)


def compare(harsanyi: Path, sweep: Sweep, folder: Path, options: tuple[object, ...] = ()) -> dict[str, float]:
    """Bytes predicted and measured, and their quotient."""
    rows, cube = folder / "rows.jsonl", folder / "cube.h5"
    write_rows(rows, sweep)
    cube.unlink(missing_ok=True)
    words: list[object] = ["--model", sweep.model, "--benchmark", "tokens", "--calibration-rows", rows]
    words += ["--samples", sweep.prompts, *sweep.options, *options]
    predicted = planned(harsanyi, words)
    measured = peak([harsanyi, "sweep", *words, "--threads", 1, "--worker-groups", 1, "--cube", cube])
    return {"predicted": predicted, "measured": measured, "quotient": predicted / measured}


def write_rows(file: Path, sweep: Sweep) -> None:
    choose = random.Random(1)
    shared = choose.choices(range(3, sweep.vocabulary), k=sweep.tokens // 2)
    lines = []
    for number in range(sweep.prompts):  # no two begin alike after the shared half
        own = [3 + number, *choose.choices(range(3, sweep.vocabulary), k=sweep.tokens - len(shared) - 1)]
        lines.append(json.dumps({"tokens": shared + own, "label_tokens": [5, 6], "gold": 0}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def planned(harsanyi: Path, words: list[object]) -> float:
    """The sum that the plan shows for one rank."""
    text = run([harsanyi, "plan", *words, "--device-profile", "cpu-sapphire-rapids"])
    table = text.split("memory of a rank")[1].splitlines()
    column = table[1].index("sum")
    row = next(line for line in table[2:] if line.startswith("1 "))
    number, unit = re.match(r"([\d.]+) (\w?)B", row[column:]).groups()
    return float(number) * UNITS[unit]


def peak(command: list[object]) -> float:
    """The largest resident memory of a process, in bytes."""
    with subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        said = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {said[-2000:]}")
    return usage.ru_maxrss * 1024.0


def run(command: list[object]) -> str:
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harsanyi", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", choices=PARTS, help="instead of all but small")
    arguments, options = parser.parse_known_args()  # the rest is harsanyi's
    print("model          predicted MB  measured MB  quotient")
    for name in arguments.model or [name for name in PARTS if name != "small"]:
        figures = compare(arguments.harsanyi, make_sweep(name, arguments.folder), arguments.folder, tuple(options))
        predicted, measured = figures["predicted"] / 1e6, figures["measured"] / 1e6
        print(f"{name:14} {predicted:12.0f} {measured:12.0f} {figures['quotient']:9.3f}", flush=True)


if __name__ == "__main__":
    main()
