"""The three models of the comparison and their games, sized so that a run stays within minutes on two cores."""

from pathlib import Path

from comparison import Case
from games import Game, Prompt, below, benchmark_prompts, make_units
from model_files import EIGHT_PLAYERS, SLICE_OF_8B, random_llama

BENCHMARKS = ("sst2", "agnews", "arc_easy")
SAMPLES_PER_UNIT = 8  # what a sweep takes by default (orchestrator/job/sweep_job.cpp)


def make_cases(harsanyi: Path, demo_model: Path, data: Path, rows: int) -> list[Case]:
    pools = [benchmark_prompts(harsanyi, demo_model, data, name, rows) for name in BENCHMARKS]
    return [smollm2(pools, demo_model), eight_players(pools), slice_of_8b(pools)]


def smollm2(pools: list[list[Prompt]], model: Path) -> Case:
    game = game_of(pools, layers=[0, 6, 12, 18, 24, 29], coalitions=(0, 8))
    return Case("SmolLM2", model, game, "3 players, 30 layers of which 6 are played, all 8 coalitions")


def eight_players(pools: list[list[Prompt]]) -> Case:
    game = game_of(pools, layers=[0, 3, 5, 7], coalitions=(192, 256))
    model = random_llama(EIGHT_PLAYERS, "eight-players")
    return Case(
        "8 players",
        model,
        game,
        "random Llama of 44M parameters, d 512, 8 layers of which 4 are played, 64 of 256 coalitions",
    )


def slice_of_8b(pools: list[list[Prompt]]) -> Case:
    vocabulary = SLICE_OF_8B.vocabulary
    game = game_of([[below(prompt, vocabulary) for prompt in pool] for pool in pools], [0, 1], coalitions=(248, 256))
    model = random_llama(SLICE_OF_8B, "slice-of-8b")
    return Case(
        "slice of 8B",
        model,
        game,
        f"two random layers of Llama-3.1-8B's shape, 8 of 256 coalitions, vocabulary {vocabulary} (ids modulo it)",
    )


def game_of(pools: list[list[Prompt]], layers: list[int], coalitions: tuple[int, int]) -> Game:
    units = make_units(layers, coalitions, [len(pool) for pool in pools], SAMPLES_PER_UNIT)
    return Game([prompt for pool in pools for prompt in pool], units)
