"""The sides of the comparison with one interface: all or some of a game's values, and the seconds they took."""

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

from games import Entry, Game
from process import Side, engine_side, python_side


@dataclass(frozen=True)
class Turn:
    seconds: float
    processor_seconds: float  # of all its threads and processes: comparable on a machine that others use, too
    values: dict[Entry, float]
    peak_rss_bytes: int  # of all processes of the side

    @staticmethod
    def of(answer: dict, values: dict[Entry, float]) -> "Turn":
        return Turn(answer["seconds"], answer["processor_seconds"], values, answer["peak_rss_bytes"])

    @property
    def seconds_per_value(self) -> float:
        return self.seconds / len(self.values)

    @property
    def processor_seconds_per_value(self) -> float:
        return self.processor_seconds / len(self.values)


class LoopSide:
    """One forward pass per value: measured on a part of the game."""

    def __init__(self, name: str, model: Path, game: Path, threads: int, folder: Path, device: str) -> None:
        self.side = python_side(name, model, game, threads, folder / f"{name}.log", device)

    def turn(self, entries: list[Entry]) -> Turn:
        self.side.start({"entries": entries})
        answer = self.side.result()
        return Turn.of(answer, dict(zip(entries, answer["values"], strict=True)))

    def close(self) -> None:
        self.side.close()


class BatchedSide:
    """A program that computes whole units in one process."""

    def __init__(self, side: Side, game: Game) -> None:
        self.side, self.game = side, game
        self.facts = side.facts

    def turn(self) -> Turn:
        units = list(range(len(self.game.units)))
        self.side.start({"units": units})
        answer = self.side.result()
        return Turn.of(answer, by_entry(self.game, units, answer["values"]))

    def close(self) -> None:
        self.side.close()


class EngineRanks:
    """One process of one thread per core, or one per GPU, as `mpirun harsanyi sweep` has it; the units are dealt out
    before."""

    def __init__(
        self, driver: Path, model: Path, game_file: Path, game: Game, ranks: int, folder: Path, device: str
    ) -> None:
        self.game = game
        self.sides = [
            engine_side(driver, model, game_file, 1, folder / f"engine_rank_{rank}.log", device)
            for rank in range(ranks)
        ]
        self.facts = self.sides[0].facts
        self.facts["stage_seconds"] = {}  # of the first rank since it was loaded
        self.hands = dealt(game, self.facts, ranks)

    def turn(self) -> Turn:
        start = time.perf_counter()
        for side, units in zip(self.sides, self.hands, strict=True):
            side.start({"units": units})
        answers = [side.result() for side in self.sides]
        seconds = time.perf_counter() - start
        self.facts["stage_seconds"] |= answers[0]["stages"] | {
            "all": self.facts["stage_seconds"].get("all", 0.0) + answers[0]["seconds"]
        }
        values: dict[Entry, float] = {}
        for units, answer in zip(self.hands, answers, strict=True):
            values |= by_entry(self.game, units, answer["values"])
        summed = {name: sum(answer[name] for answer in answers) for name in ("processor_seconds", "peak_rss_bytes")}
        return Turn.of(summed | {"seconds": seconds}, values)

    def close(self) -> None:
        for side in self.sides:
            side.close()


def by_entry(game: Game, units: list[int], values: list[list[float]]) -> dict[Entry, float]:
    table: dict[Entry, float] = {}
    for unit, of_unit in zip(units, values, strict=True):
        table |= zip(game.units[unit].entries(), of_unit, strict=True)
    return table


def dealt(game: Game, facts: dict, ranks: int) -> list[list[int]]:
    """The units of each rank, of all ways to deal them that with the least work for the busiest rank: a sweep has many
    more units, and ends as evenly. A rank computes the trunk of equal samples once, so it has them together."""
    own = [whole - trunk for whole, trunk in zip(facts["flops"], facts["trunk_flops"], strict=True)]
    samples = [unit.samples for unit in game.units]
    trunks = dict(zip(samples, facts["trunk_flops"], strict=True))

    def most_work(deal: tuple[int, ...]) -> float:
        work = [0.0] * ranks
        for unit, rank in enumerate(deal):
            work[rank] += own[unit]
        for rank, of_samples in set(zip(deal, samples, strict=True)):
            work[rank] += trunks[of_samples]
        return max(work)

    best = min(itertools.product(range(ranks), repeat=len(own)), key=most_work)
    hands = [[unit for unit, rank in enumerate(best) if rank == mine] for mine in range(ranks)]
    return [sorted(hand, key=lambda unit: (samples[unit], unit)) for hand in hands]


def useful_flops(game: Game, facts: dict) -> float:
    """Of the whole game, by partition/plan/cost.hpp; the trunk of a shard of samples counts once."""
    trunks = {unit.samples: trunk for unit, trunk in zip(game.units, facts["trunk_flops"], strict=True)}
    games = sum(all_ - trunk for all_, trunk in zip(facts["flops"], facts["trunk_flops"], strict=True))
    return games + sum(trunks.values())
