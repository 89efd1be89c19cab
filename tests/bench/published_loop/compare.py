"""The loop a user would write with transformers, beside `harsanyi sweep`: seconds per value, and equal values.

    compare.py --harsanyi build/release/bin/harsanyi --model DIR --data DIR [--samples 3] [--threads 2] [--repeats 3]

(a) one forward pass per (sample, layer, coalition): a pre-hook scales the keys of the absent players after the rotary
    embedding, as the published code does (GAC Eq. 4);
(b) `harsanyi sweep` on one rank with the same threads, rows and prompts, timed as a whole process.

Both run in turn, `--repeats` times. The loop is slow, so it measures a seeded choice of (layer, coalition) pairs on
every sample; harsanyi computes the whole game. Needs the parity environment (tools/setup.sh --parity) and h5py.
Prints the ratio of seconds per value with its spread; ends with an error if any value differs by more than 1e-3.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import torch
from transformers import AutoModelForCausalLM
from transformers.models.llama import modeling_llama


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as folder:
        ratios = [one_round(options, model, Path(folder) / f"{i}.h5", seed=i) for i in range(options.repeats)]
    print(
        f"ratio loop / harsanyi, seconds per value: median {statistics.median(ratios):.2f}, "
        f"from {min(ratios):.2f} to {max(ratios):.2f} in {options.repeats} rounds"
    )


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--harsanyi", type=Path, required=True, help="the program")
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder of a Llama")
    parser.add_argument("--data", type=Path, required=True, help="folder with sentences/calibration.jsonl")
    parser.add_argument("--samples", type=int, default=8, help="calibration rows")
    parser.add_argument("--pairs", type=int, default=12, help="(layer, coalition) pairs of the loop per round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def one_round(options: argparse.Namespace, model: torch.nn.Module, cube: Path, seed: int) -> float:
    fast = time_sweep(options, cube)
    with h5py.File(cube) as file:
        values = file["value"][:]
        prompts = prompts_of(options, file)
    layers, samples, coalitions = values.shape
    pairs = random.Random(seed).sample([(a, b) for a in range(layers) for b in range(coalitions)], options.pairs)
    slow, largest = time_loop(model, prompts, values, pairs)
    if not largest <= 1e-3:
        sys.exit(f"error: a value of the loop and of harsanyi differ by {largest:.2e}, more than 1e-3")
    per_value = fast / values.size
    print(
        f"loop {slow * 1e3:.1f} ms per value ({len(pairs) * samples} values), "
        f"harsanyi {per_value * 1e3:.2f} ms ({values.size} values, whole process {fast:.1f} s), "
        f"ratio {slow / per_value:.2f}, largest difference {largest:.1e}",
        flush=True,
    )
    return slow / per_value


def time_sweep(options: argparse.Namespace, cube: Path) -> float:
    command = [options.harsanyi, "sweep", "--model", options.model, "--data", options.data, "--benchmark", "sentences"]
    command += ["--samples", str(options.samples), "--threads", str(options.threads), "--cube", cube]
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return time.perf_counter() - start


def prompts_of(options: argparse.Namespace, cube: h5py.File) -> list[tuple[torch.Tensor, list[int], int]]:
    """(token ids, label tokens, gold) of the cube's samples, built here from the table and the rows."""
    table = Path(__file__).parents[3] / "configs/benchmarks/sentences.json"
    entry = json.loads(table.read_text(encoding="utf-8"))
    lines = (options.data / "sentences/calibration.jsonl").read_text(encoding="utf-8").splitlines()
    # tokenizers reads the file as harsanyi does; transformers' own class may rebuild it.
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    labels = [tokenizer.encode(word).ids[-1] for word in entry["label_words"]]
    prompts = []
    for number in cube["sample_row"][:]:
        row = json.loads(lines[number])
        text = entry["instruction"] + entry["template"].replace("{text}", row["text"])
        prompts.append((torch.tensor([tokenizer.encode(text).ids]), labels, row[entry["label_field"]]))
    return prompts


class MaskedKeys:
    """Scales the keys of absent players in one layer, after the rotary embedding."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.model = model
        self.scale: torch.Tensor | None = None
        self.active = False
        self.original = modeling_llama.apply_rotary_pos_emb

    def rotary(
        self, q: torch.Tensor, k: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        q, k = self.original(q, k, *args, **kwargs)
        return (q, k * self.scale) if self.active else (q, k)

    def forward(self, ids: torch.Tensor, layer: int, coalition: int) -> torch.Tensor:
        players = self.model.config.num_key_value_heads
        present = [1.0 if coalition >> player & 1 else 1e-5 for player in range(players)]
        self.scale = torch.tensor(present).view(1, players, 1, 1)
        attention = self.model.model.layers[layer].self_attn
        hooks = [
            attention.register_forward_pre_hook(lambda *_: setattr(self, "active", True)),
            attention.register_forward_hook(lambda *_: setattr(self, "active", False)),
        ]
        modeling_llama.apply_rotary_pos_emb = self.rotary
        try:
            return self.model(ids, use_cache=False, logits_to_keep=1).logits[0, -1]
        finally:
            modeling_llama.apply_rotary_pos_emb = self.original
            for hook in hooks:
                hook.remove()


@torch.inference_mode()
def time_loop(model: torch.nn.Module, prompts: list, values: object, pairs: list) -> tuple[float, float]:
    """Seconds per value, and the largest difference from harsanyi's values."""
    masked = MaskedKeys(model)
    masked.forward(prompts[0][0], 0, 0)  # the first pass pays for memory
    largest, start = 0.0, time.perf_counter()
    for layer, coalition in pairs:
        for sample, (ids, labels, gold) in enumerate(prompts):
            logits = masked.forward(ids, layer, coalition)[labels].double()
            others = torch.cat([logits[:gold], logits[gold + 1 :]])
            value = float(logits[gold] - torch.logsumexp(others, 0))
            largest = max(largest, abs(value - values[layer, sample, coalition]))
    return (time.perf_counter() - start) / (len(pairs) * len(prompts)), largest


if __name__ == "__main__":
    main()
