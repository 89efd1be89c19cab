"""A game as every side of the comparison reads it: prompts, and units of (layers, coalitions, samples)."""

import itertools
import json
import math
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
EPSILON = 1e-5
CLIP = 30.0  # partition/game/value.hpp

Entry = tuple[int, int, int]  # layer, sample, coalition by *present* bits


@dataclass(frozen=True)
class Prompt:
    tokens: list[int]
    label_tokens: list[int]
    gold: int


@dataclass(frozen=True)
class Unit:
    """Half-open ranges. The samples of a unit are of one benchmark."""

    layers: tuple[int, int]
    coalitions: tuple[int, int]
    samples: tuple[int, int]

    def entries(self) -> Iterator[Entry]:
        """In the order of a unit's values."""
        layers, samples, coalitions = (range(*r) for r in (self.layers, self.samples, self.coalitions))
        return itertools.product(layers, samples, coalitions)


@dataclass(frozen=True)
class Game:
    prompts: list[Prompt]
    units: list[Unit]
    epsilon: float = EPSILON

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "Game":
        game = json.loads(path.read_text(encoding="utf-8"))
        units = [Unit(*(tuple(unit[name]) for name in ("layers", "coalitions", "samples"))) for unit in game["units"]]
        return Game([Prompt(**prompt) for prompt in game["prompts"]], units, game["epsilon"])


def make_units(layers: list[int], coalitions: tuple[int, int], pools: list[int], samples_per_unit: int) -> list[Unit]:
    """One unit per run of neighbouring layers and shard of samples, as a sweep has them.

    Samples are numbered pool after pool and are the outermost of the units' order.
    """
    units, first = [], 0
    for size in pools:
        for start in range(0, size, samples_per_unit):
            samples = (first + start, first + min(start + samples_per_unit, size))
            units += [Unit(bounds, coalitions, samples) for bounds in neighbours(layers)]
        first += size
    return units


def neighbours(layers: list[int]) -> list[tuple[int, int]]:
    """Half-open ranges that together hold ascending layers."""
    ranges: list[tuple[int, int]] = []
    for layer in layers:
        if ranges and ranges[-1][1] == layer:
            ranges[-1] = (ranges[-1][0], layer + 1)
        else:
            ranges.append((layer, layer + 1))
    return ranges


def benchmark_prompts(harsanyi: Path, model: Path, data: Path, benchmark: str, rows: int) -> list[Prompt]:
    """The first rows of a benchmark's scored split, as `harsanyi inspect benchmark` makes them."""
    command = [harsanyi, "inspect", "benchmark", benchmark, "--model", model, "--data", data, "--rows", rows]
    command += ["--benchmark-table", ROOT / "configs/benchmarks"]
    shown = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    prompts = []
    for row in re.split(r"^row \d+ .*$", shown, flags=re.MULTILINE)[1:]:
        tokens = re.search(r"^\d+ tokens: ([\d ]+)$", row, flags=re.MULTILINE)[1]
        labels = row.split("label tokens:\n")[1].split("\ngold:")[0].split("\noptions:")[0]
        gold = re.search(r"^gold: .* \(index (\d+)\)$", row, flags=re.MULTILINE)[1]
        label_tokens = [int(line) for line in re.findall(r'^  ".*": (\d+) ".*"$', labels, flags=re.MULTILINE)]
        prompts.append(Prompt([int(token) for token in tokens.split()], label_tokens, int(gold)))
    if len(prompts) != rows:
        raise ValueError(f"{benchmark}: {rows} rows wanted, {len(prompts)} shown by {' '.join(map(str, command))}")
    return prompts


def below(prompt: Prompt, vocabulary: int) -> Prompt:
    """The prompt for a model of a smaller vocabulary: token ids modulo its size. Equal beginnings stay equal."""
    labels = [token % vocabulary for token in prompt.label_tokens]
    if len(set(labels)) < len(labels):
        raise ValueError(f"label tokens {prompt.label_tokens} collide modulo {vocabulary}; choose another vocabulary")
    return Prompt([token % vocabulary for token in prompt.tokens], labels, prompt.gold)


def log_odds(label_logits: list[float], gold: int) -> float:
    """GAC Eq. 3 over the label tokens, clipped as the stored values are."""
    others = [logit for label, logit in enumerate(label_logits) if label != gold]
    largest = max(others)
    value = label_logits[gold] - largest - math.log(sum(math.exp(logit - largest) for logit in others))
    return min(max(value, -CLIP), CLIP)
