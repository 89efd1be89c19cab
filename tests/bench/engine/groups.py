"""One sweep on the same ranks twice: each rank with a model of its own, and all of them with one together.

    groups.py HARSANYI FOLDER [--ranks 2] [--turns 3] [--model NAME]...     FOLDER for rows and cubes

In each turn both run, in another order every second time. Prints seconds of the run, the share of the group's time that
its sums took, waiting for each other included (`sweep --profile`), and the largest difference of a value.
"""

import argparse
import statistics
import subprocess
from pathlib import Path

import h5py
import numpy as np
from memory import Sweep, write_rows
from model_files import EIGHT_PLAYERS, SLICE_OF_8B, random_llama

SHAPES = {"eight-players": EIGHT_PLAYERS, "slice-of-8b": SLICE_OF_8B}
PARTS = {  # of about ten seconds
    "eight-players": ("--unit-layers", 1, "--only-layers", "2-5", "--unit-coalitions", 64),
    "slice-of-8b": ("--unit-layers", 1, "--only-layers", 0, "--unit-coalitions", 64),
}


def make_sweep(name: str) -> Sweep:
    shape = SHAPES[name]
    return Sweep(random_llama(shape, name), shape.vocabulary, prompts=4, tokens=48, options=PARTS[name])


def run(harsanyi: Path, sweep: Sweep, folder: Path, ranks: int, size: int) -> dict[str, float]:
    """Seconds of the run, and the share of the computing time that sums took."""
    cube = folder / f"{size}.h5"
    cube.unlink(missing_ok=True)
    words = ["mpirun", "-n", ranks, "--oversubscribe", "--bind-to", "none", harsanyi, "sweep", "--model", sweep.model,
             "--benchmark", "tokens", "--calibration-rows", folder / "rows.jsonl", "--samples", sweep.prompts,
             *sweep.options, "--threads", 1, "--tensor-parallel", size, "--profile", "--cube", cube]  # fmt: skip
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stderr[-2000:]}")
    with h5py.File(cube) as file:
        activities = [name.decode() for name in file["activity"][...]]
        seconds = dict(zip(activities, np.nansum(file["unit_seconds"][...], axis=0), strict=True))
        wall = file["run_seconds"][...][0]
    computing = sum(seconds.values()) - seconds["waiting"]
    return {"seconds": wall, "share": seconds["group"] / computing}


def values(file: Path) -> np.ndarray:
    with h5py.File(file) as cube:
        return cube["value"][...]


def spread(numbers: list[float], scale: float = 1.0) -> str:
    scaled = [scale * number for number in numbers]
    return f"{statistics.median(scaled):.2f} ({min(scaled):.2f} to {max(scaled):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harsanyi", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--model", action="append", choices=SHAPES, help="instead of all")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print(f"{'model':14} {'apart, s':>24} {'together, s':>24} {'together / apart':>24} {'sums, %':>24}  difference")
    for name in arguments.model or SHAPES:
        sweep = make_sweep(name)
        write_rows(arguments.folder / "rows.jsonl", sweep)
        taken: dict[int, list[dict[str, float]]] = {1: [], arguments.ranks: []}
        for turn in range(arguments.turns):
            for size in sorted(taken, reverse=turn % 2 == 1):
                taken[size].append(run(arguments.harsanyi, sweep, arguments.folder, arguments.ranks, size))
        apart, together = taken[1], taken[arguments.ranks]
        seconds = [[one["seconds"] for one in side] for side in (apart, together)]
        ratios = [b / a for a, b in zip(*seconds, strict=True)]
        shares = [one["share"] for one in together]
        both = [values(arguments.folder / f"{size}.h5") for size in taken]
        known = np.isfinite(both[0])
        difference = np.abs(both[0] - both[1])[known].max()
        print(f"{name:14} {spread(seconds[0]):>24} {spread(seconds[1]):>24} {spread(ratios):>24} "
              f"{spread(shares, 100):>24}  {difference:.1e}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
