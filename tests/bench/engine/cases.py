"""The three models of the comparison and their games, sized so that a run stays within minutes on two cores."""

from pathlib import Path

from comparison import Case
from games import Game, Prompt, below, benchmark_prompts, make_units
from model_files import EIGHT_PLAYERS, SLICE_OF_8B, random_llama

BENCHMARKS = ("sst2", "agnews", "arc_easy")
ROWS = 16  # of each benchmark, and samples of a unit: what a sweep takes by default (orchestrator/job/sweep_job.cpp)


def make_cases(harsanyi: Path, demo_model: Path, data: Path, rows: int, device: str) -> list[Case]:
    """On a GPU all coalitions are played."""
    pools = [benchmark_prompts(harsanyi, demo_model, data, name, rows) for name in BENCHMARKS]
    every = [(0, 256)] if device == "gpu" else None
    return [smollm2(pools, demo_model), eight_players(pools, every), slice_of_8b(pools, every)]


def smollm2(pools: list[list[Prompt]], model: Path) -> Case:
    game = game_of(pools, layers=[1, 11, 21, 29], coalitions=[(0, 8)])
    return Case("SmolLM2", model, game, "3 players, 30 layers of which 4 are played, all 8 coalitions")


def eight_players(pools: list[list[Prompt]], every: list[tuple[int, int]] | None) -> Case:
    coalitions = every or [(112, 136)]
    game = game_of(pools, layers=[0, 3, 5, 7], coalitions=coalitions)
    model = random_llama(EIGHT_PLAYERS, "eight-players")
    return Case(
        "8 players",
        model,
        game,
        f"random Llama of 44M parameters, d 512, 8 layers of which 4 are played, {count(coalitions)} of 256 coalitions",
    )


def slice_of_8b(pools: list[list[Prompt]], every: list[tuple[int, int]] | None) -> Case:
    """Few large units: half the rows, and the coalitions in two parts, one for each rank."""
    vocabulary = SLICE_OF_8B.vocabulary
    prompts = [[below(prompt, vocabulary) for prompt in pool[: (len(pool) + 1) // 2]] for pool in pools]
    coalitions = every or [(122, 128), (128, 134)]
    game = game_of(prompts, layers=[0, 1], coalitions=coalitions)
    model = random_llama(SLICE_OF_8B, "slice-of-8b")
    return Case(
        "slice of 8B",
        model,
        game,
        f"two random layers of Llama-3.1-8B's shape, {count(coalitions)} of 256 coalitions, "
        f"vocabulary {vocabulary} (ids modulo it)",
    )


def count(coalitions: list[tuple[int, int]]) -> int:
    return sum(last - first for first, last in coalitions)


def game_of(pools: list[list[Prompt]], layers: list[int], coalitions: list[tuple[int, int]]) -> Game:
    sizes = [len(pool) for pool in pools]
    units = [unit for part in coalitions for unit in make_units(layers, part, sizes, ROWS)]
    return Game([prompt for pool in pools for prompt in pool], units)
