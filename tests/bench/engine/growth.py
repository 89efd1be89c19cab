"""How the engine's cost grows with players, tokens, layers and samples, beside what partition/plan/cost.hpp says."""

import random
import statistics
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from contestants import BatchedSide, useful_flops
from games import Game, Prompt, make_units
from model_files import Shape, random_llama
from process import engine_side

VOCABULARY = 4096
HIDDEN, INTERMEDIATE, QUERY_HEADS = 256, 688, 8


@dataclass(frozen=True)
class Point:
    """Prompts of `tokens` tokens, the first quarter of which they share."""

    players: int = 4
    tokens: int = 64
    layers: int = 4
    samples: int = 8

    def model(self) -> Path:
        shape = Shape(self.layers, HIDDEN, QUERY_HEADS, self.players, INTERMEDIATE, VOCABULARY)
        return random_llama(shape, f"growth-{self.players}-players-{self.layers}-layers")

    def game(self) -> Game:
        choose = random.Random(1)
        shared = choose.choices(range(VOCABULARY), k=self.tokens // 4)
        prompts = [
            Prompt(shared + choose.choices(range(VOCABULARY), k=self.tokens - len(shared)), [1, 2], sample % 2)
            for sample in range(self.samples)
        ]
        return Game(prompts, make_units(list(range(self.layers)), (0, 1 << self.players), [self.samples], 8))


AXES = {
    "players": [Point(players=n, samples=2) for n in (1, 2, 4, 8)],
    "tokens": [Point(tokens=n, samples=2) for n in (32, 64, 128, 256, 512)],
    "layers": [Point(layers=n, samples=2) for n in (2, 4, 8, 16)],
    "samples": [Point(samples=n) for n in (1, 2, 4, 8, 16, 32)],
}


def measure_growth(driver: Path, turns: int, folder: Path) -> dict:
    folder.mkdir(parents=True, exist_ok=True)
    return {
        axis: [measure_point(point, driver, turns, folder) | {axis: getattr(point, axis)} for point in points]
        for axis, points in AXES.items()
    }


def measure_point(point: Point, driver: Path, turns: int, folder: Path) -> dict:
    game, file = point.game(), folder / "game.json"
    game.write(file)
    engine = engine_side(driver, point.model(), file, 1, folder / "engine.log")
    with closing(BatchedSide(engine, game)) as side:
        side.turn()  # the first pays for memory
        measured = [side.turn() for _ in range(turns)]
        return {
            "processor_seconds": statistics.median(turn.processor_seconds for turn in measured),
            "useful_flops": useful_flops(game, side.facts),
            "peak_rss_bytes": measured[-1].peak_rss_bytes,
        }
