"""All sides on one game of one model, in alternating turns."""

import random
import statistics
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from contestants import BatchedSide, EngineRanks, LoopSide, Turn, useful_flops
from games import Entry, Game
from peak import GpuPeak, Peak
from process import SideError, engine_side, python_side

TOLERANCE = 1e-3
LOOPS = ("published", "published_last_logits")
PEERS = ("nnsight", "transformer_lens")


@dataclass(frozen=True)
class Case:
    name: str
    model: Path
    game: Game
    says: str  # what the numbers are of, for the table


class ValuesDiffer(RuntimeError):
    """Two sides disagree by more than TOLERANCE: no time is worth reporting."""


def compare(
    case: Case,
    driver: Path,
    turns: int,
    folder: Path,
    loops: tuple[str, ...] = LOOPS + PEERS,
    device: str = "cpu",
) -> dict:
    """Seconds per value of every side in each turn, ratios to the engine turn by turn, efficiency and memory."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        sides, refused = open_sides(case, driver, folder, loops, stack, device)
        peak = stack.enter_context(closing(GpuPeak(folder) if device == "gpu" else Peak(folder)))
        measured, peaks = [], []
        for seed in range(turns):
            measured.append(one_round(sides, case.game, seed))
            peaks.append(peak.measure()["peak"])
        facts = {name: side.facts for name, side in sides.items() if not isinstance(side, LoopSide)}
    flops = useful_flops(case.game, facts["harsanyi"])
    return summary(case, measured, peaks, facts, flops) | {"refused": refused}


def open_sides(
    case: Case, driver: Path, folder: Path, loops: tuple[str, ...], stack: ExitStack, device: str
) -> tuple[dict[str, EngineRanks | BatchedSide | LoopSide], dict[str, str]]:
    """Every side, loaded; and the loops that cannot play this game here, with what they said."""
    game_file = folder / "game.json"
    case.game.write(game_file)
    sides, refused = {}, {}
    ranks = 1 if device == "gpu" else 2
    sides["harsanyi"] = EngineRanks(driver, case.model, game_file, case.game, ranks, folder, device)
    if device == "gpu":
        sides["harsanyi"].turn()  # the first one loads kernels; smart PyTorch has its measurement for that
    else:
        one = engine_side(driver, case.model, game_file, 2, folder / "engine_two_threads.log")
        sides["harsanyi, one rank of two threads"] = BatchedSide(one, case.game)
    smart = python_side("smart", case.model, game_file, 2, folder / "smart.log", device)
    sides["smart PyTorch"] = BatchedSide(smart, case.game)
    for name in loops:
        try:
            sides[name] = LoopSide(name, case.model, game_file, 2, folder, device)
            sides[name].turn(part_of_game(case.game, seed=0)[:1])  # the first pass pays for memory
        except SideError as error:
            sides.pop(name, None)
            refused[name] = str(error)
    for side in sides.values():
        stack.enter_context(closing(side))
    return sides, refused


def one_round(sides: dict, game: Game, seed: int) -> dict[str, Turn]:
    """One turn of every side; the order is reversed in every second round."""
    entries = part_of_game(game, seed)
    names = list(sides) if seed % 2 == 0 else list(reversed(sides))
    turns = {}
    for name in names:
        side = sides[name]
        turns[name] = side.turn(entries) if isinstance(side, LoopSide) else side.turn()
    require_equal_values(turns)
    return turns


def part_of_game(game: Game, seed: int) -> list[Entry]:
    """One seeded (layer, coalition) for every sample, so that lengths are those of the game."""
    of_sample: dict[int, list[Entry]] = {}
    for unit in game.units:
        for entry in unit.entries():
            of_sample.setdefault(entry[1], []).append(entry)
    choose = random.Random(seed)
    return [choose.choice(entries) for _, entries in sorted(of_sample.items())]


def require_equal_values(turns: dict[str, Turn]) -> None:
    table = turns["harsanyi"].values
    for name, turn in turns.items():
        distance, entry = max((abs(value - table[entry]), entry) for entry, value in turn.values.items())
        if not distance <= TOLERANCE:
            raise ValuesDiffer(
                f"{name} and harsanyi differ by {distance:.2e} at (layer, sample, coalition) {entry}; "
                f"at most {TOLERANCE:g} is rounding"
            )


def summary(case: Case, measured: list[dict[str, Turn]], peaks: list[float], facts: dict, flops: float) -> dict:
    sides = {}
    for name in measured[0]:
        turns = [turns_of[name] for turns_of in measured]
        ratios = [of[name].seconds_per_value / of["harsanyi"].seconds_per_value for of in measured]
        sides[name] = {
            "seconds_per_value": spread([turn.seconds_per_value for turn in turns]),
            "times_harsanyi": spread(ratios),
            "processor_seconds_per_value": spread([turn.processor_seconds_per_value for turn in turns]),
            "times_harsanyi_by_processor": spread(
                [of[name].processor_seconds_per_value / of["harsanyi"].processor_seconds_per_value for of in measured]
            ),
            "values_per_turn": len(turns[0].values),
            "largest_difference": max(
                abs(value - of["harsanyi"].values[entry]) for of in measured for entry, value in of[name].values.items()
            ),
            "peak_rss_bytes": max(turn.peak_rss_bytes for turn in turns),
            "facts": {key: value for key, value in facts.get(name, {}).items() if "flops" not in key},
        }
    speeds = [flops / of["harsanyi"].seconds for of in measured]
    return {
        "case": case.name,
        "says": case.says,
        "values": sum(1 for unit in case.game.units for _ in unit.entries()),
        "tokens": sum(len(prompt.tokens) for prompt in case.game.prompts),
        "samples": len(case.game.prompts),
        "useful_flops": flops,
        "useful_flops_per_second": spread(speeds),
        "peak_flops_per_second": spread(peaks),
        "efficiency": spread([speed / peak for speed, peak in zip(speeds, peaks, strict=True)]),
        "sides": sides,
    }


def spread(numbers: list[float]) -> dict[str, float]:
    return {"median": statistics.median(numbers), "least": min(numbers), "most": max(numbers), "turns": len(numbers)}
