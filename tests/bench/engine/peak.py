"""The machine's matrix product at large size, float32, by the library that libtorch calls (MKL).

As a program, one process with the protocol of side.py: `peak.py THREADS [DEVICE]` answers {"seconds": s} with the best
operations per second of products that it ran for that long.
"""

import json
import sys
import time
from pathlib import Path

from process import Side

SIZES = {"cpu": (1024, 2048), "cuda": (4096, 8192)}  # larger ones were no faster on the CPU


class GpuPeak:
    """One process on a GPU; float32 without TF32."""

    def __init__(self, folder: Path) -> None:
        self.side = Side([sys.executable, __file__, 1, "cuda"], folder / "peak.log")

    def measure(self, seconds: float = 1.5) -> dict[str, float]:
        self.side.start({"seconds": seconds})
        return {"peak": self.side.result()["flops_per_second"]}

    def close(self) -> None:
        self.side.close()


class Peak:
    """Two one-thread processes at once, and one process of two threads; the better of the two is the peak."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, __file__]
        self.ranks = [Side([*command, 1], folder / f"peak_rank_{rank}.log") for rank in range(2)]
        self.team = Side([*command, 2], folder / "peak_team.log")

    def measure(self, seconds: float = 1.5) -> dict[str, float]:
        for rank in self.ranks:
            rank.start({"seconds": seconds})
        two_ranks = sum(rank.result()["flops_per_second"] for rank in self.ranks)
        self.team.start({"seconds": seconds})
        two_threads = self.team.result()["flops_per_second"]
        return {"two_ranks": two_ranks, "two_threads": two_threads, "peak": max(two_ranks, two_threads)}

    def close(self) -> None:
        for side in (*self.ranks, self.team):
            side.close()


def best_product(seconds: float) -> float:
    import torch

    best, end = 0.0, time.perf_counter() + seconds
    device = torch.get_default_device().type
    operands = [(torch.randn(size, size), torch.randn(size, size), torch.empty(size, size)) for size in SIZES[device]]
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    while time.perf_counter() < end:
        for a, b, c in operands:
            wait()
            start = time.perf_counter()
            torch.mm(a, b, out=c)
            wait()
            best = max(best, 2 * len(a) ** 3 / (time.perf_counter() - start))
    return best


def main() -> None:
    import torch

    threads, *device = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_default_device(*device or ["cpu"])
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"flops_per_second": best_product(json.loads(line)["seconds"])}), flush=True)


if __name__ == "__main__":
    main()
