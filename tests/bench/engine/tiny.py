"""The comparison on a tiny random model, in seconds: that all sides still run and agree. Times mean nothing here.

tiny.py ENGINE_BENCH FOLDER      (parity or bench environment: tools/setup.sh --parity or --bench)
"""

import random
import sys
from pathlib import Path

from comparison import LOOPS, Case, compare
from games import Game, Prompt, make_units
from model_files import Shape, random_llama

SHAPE = Shape(layers=3, hidden=48, query_heads=6, kv_heads=3, intermediate=64, vocabulary=97)
LENGTHS = ([3, 9, 20], [5, 5])  # of two benchmarks' prompts, their instructions of 2 and 3 tokens


def tiny_game() -> Game:
    choose = random.Random(1)
    prompts = []
    for pool, lengths in enumerate(LENGTHS):
        instruction = choose.choices(range(SHAPE.vocabulary), k=pool + 2)
        for length in lengths:
            tokens = instruction + choose.choices(range(SHAPE.vocabulary), k=length)
            prompts.append(Prompt(tokens, [5, 6, 7], len(prompts) % 3))
    pools = [len(lengths) for lengths in LENGTHS]
    units = make_units([0, 1, 2], (0, 6), pools, samples_per_unit=2) + make_units([0, 1, 2], (6, 8), pools, 2)
    return Game(prompts, units)


def main() -> None:
    driver, folder = (Path(word) for word in sys.argv[1:])
    model = random_llama(SHAPE, "tiny", cache=folder)
    case = Case("tiny", model, tiny_game(), "a tiny random Llama")
    for name, side in compare(case, driver, turns=2, folder=folder, loops=LOOPS)["sides"].items():
        print(f"{name}: {side['values_per_turn']} values, largest difference {side['largest_difference']:.1e}")


if __name__ == "__main__":
    main()
