"""One side of the comparison as a process, with the protocol of engine_bench.cpp.

    side.py NAME MODEL_DIR GAME.json THREADS [DEVICE]      NAME: see SIDES; DEVICE: cpu unless told, or cuda

Prints a line of JSON once it is loaded. Then, for every line {"units": [numbers]} or {"entries": [[layer, sample,
coalition], ...]} that it reads, computes those values and prints {"seconds", "processor_seconds", "values",
"peak_rss_bytes"}.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import torch
from games import Game


class Sided(Protocol):
    def values(self, work: list) -> list: ...


def published(folder: Path, game: Game) -> Sided:
    from published_loop import PublishedLoop

    return PublishedLoop(folder, game, all_logits=True)


def published_last_logits(folder: Path, game: Game) -> Sided:
    from published_loop import PublishedLoop

    return PublishedLoop(folder, game, all_logits=False)


def smart(folder: Path, game: Game) -> Sided:
    from smart_pytorch import SmartPyTorch

    return SmartPyTorch(folder, game)


def nnsight(folder: Path, game: Game) -> Sided:
    from peers import NnsightLoop

    return NnsightLoop(folder, game)


def transformer_lens(folder: Path, game: Game) -> Sided:
    from peers import TransformerLensLoop

    return TransformerLensLoop(folder, game)


SIDES: dict[str, Callable[[Path, Game], Sided]] = {
    side.__name__: side for side in (published, published_last_logits, smart, nnsight, transformer_lens)
}


def main() -> None:
    name, folder, game, threads, *device = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_default_device(*device or ["cpu"])
    side = SIDES[name](Path(folder), Game.read(Path(game)))
    ready = {"torch": torch.__version__}
    if name == "smart":
        ready |= {"samples_per_batch": side.samples_per_batch, "rows_per_batch": side.rows_per_batch}
    answer(ready)
    for line in sys.stdin:
        (work,) = json.loads(line).values()
        start, processor = time.perf_counter(), time.process_time()
        values = side.values(work)
        times = {"seconds": time.perf_counter() - start, "processor_seconds": time.process_time() - processor}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer(times | {"values": values, "peak_rss_bytes": peak})


def answer(content: dict) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
