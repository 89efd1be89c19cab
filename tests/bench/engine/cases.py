"""The three models of the comparison and their games, sized so that a run stays within minutes on two cores."""

from pathlib import Path

from comparison import Case
from games import Game, Prompt, below, benchmark_prompts, make_units
from model_files import EIGHT_PLAYERS, SLICE_OF_8B, random_llama

BENCHMARKS = ("sst2", "agnews", "arc_easy")
ROWS = 16  # of each benchmark, and samples of a unit: what a sweep takes by default (orchestrator/job/sweep_job.cpp)


def make_cases(harsanyi: Path, demo_model: Path, data: Path, rows: int) -> list[Case]:
    pools = [benchmark_prompts(harsanyi, demo_model, data, name, rows) for name in BENCHMARKS]
    return [smollm2(pools, demo_model), eight_players(pools), slice_of_8b(pools)]


def smollm2(pools: list[list[Prompt]], model: Path) -> Case:
    game = game_of(pools, layers=[1, 11, 21, 29], coalitions=[(0, 8)])
    return Case("SmolLM2", model, game, "3 players, 30 layers of which 4 are played, all 8 coalitions")


def eight_players(pools: list[list[Prompt]]) -> Case:
    game = game_of(pools, layers=[0, 3, 5, 7], coalitions=[(112, 136)])
    model = random_llama(EIGHT_PLAYERS, "eight-players")
    return Case(
        "8 players",
        model,
        game,
        "random Llama of 44M parameters, d 512, 8 layers of which 4 are played, 24 of 256 coalitions",
    )


def slice_of_8b(pools: list[list[Prompt]]) -> Case:
    """Few large units: half the rows, and the coalitions in two parts, one for each rank."""
    vocabulary = SLICE_OF_8B.vocabulary
    prompts = [[below(prompt, vocabulary) for prompt in pool[: (len(pool) + 1) // 2]] for pool in pools]
    game = game_of(prompts, layers=[0, 1], coalitions=[(122, 128), (128, 134)])
    model = random_llama(SLICE_OF_8B, "slice-of-8b")
    return Case(
        "slice of 8B",
        model,
        game,
        f"two random layers of Llama-3.1-8B's shape, 12 of 256 coalitions, vocabulary {vocabulary} (ids modulo it)",
    )


def game_of(pools: list[list[Prompt]], layers: list[int], coalitions: list[tuple[int, int]]) -> Game:
    sizes = [len(pool) for pool in pools]
    units = [unit for part in coalitions for unit in make_units(layers, part, sizes, ROWS)]
    return Game([prompt for pool in pools for prompt in pool], units)
