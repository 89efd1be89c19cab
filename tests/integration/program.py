"""The program under test and what it works on: a tiny random Llama, and prompts of kind `tokens`."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

VOCABULARY, POSITIONS, LAYERS, PLAYERS = 97, 64, 4, 3


@dataclass
class Program:
    """`harsanyi` with a model and rows at hand. Commands run in `folder`."""

    binary: Path
    folder: Path
    model: Path
    rows: Path

    def run(self, *words: object, ranks: int = 0, check: bool = True, timeout: float = 120.0):
        done = subprocess.run(self.command(*words, ranks=ranks), cwd=self.folder, env=environment(), text=True,
                              capture_output=True, timeout=timeout)  # fmt: skip
        if check:
            assert done.returncode == 0, done.stderr
        return done

    def start(self, *words: object, ranks: int = 0) -> subprocess.Popen:
        return subprocess.Popen(self.command(*words, ranks=ranks), cwd=self.folder, env=environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

    def command(self, *words: object, ranks: int = 0) -> list[str]:
        launcher = ["mpirun", "-n", ranks, "--oversubscribe", "--bind-to", "none"] if ranks else []
        return [str(word) for word in [*launcher, self.binary, *words]]

    def sweep_words(self, cube: str, *more: object) -> list[object]:
        return ["sweep", "--model", self.model, "--benchmark", "tokens", "--calibration-rows", self.rows,
                "--unit-samples", 4, "--unit-layers", 1, "--cube", cube, *more]  # fmt: skip

    def evaluate_words(self, results: str, *more: object) -> list[object]:
        return ["evaluate", "--model", self.model, "--groups", "groups.h5", "--benchmark", "tokens", "--scored-rows",
                self.rows, "--calibration-rows", self.rows, "--calibration-samples", 6, "--unit-items", 4,
                "--results", results, *more]  # fmt: skip


def environment() -> dict[str, str]:
    package = Path(__file__).parents[2] / "analysis/src"  # for `harsanyi report`
    as_root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return {**os.environ, **as_root, "PYTHONPATH": str(package)}


def write_rows(file: Path, count: int, seed: int, labels: int = 3) -> None:
    """Prompts of 8 to 20 tokens that share their first five, with three labels, of which `labels` are right in turn."""
    random = np.random.default_rng(seed)
    lines = []
    for i in range(count):
        own = random.integers(1, VOCABULARY, size=random.integers(3, 16)).tolist()
        lines.append(json.dumps({"tokens": [5, 4, 3, 2, 1, *own], "label_tokens": [10, 20, 30], "gold": i % labels}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_model(
    folder: Path, seed: int, vocabulary: int = VOCABULARY, positions: int = POSITIONS, player_scales=(1.0,) * PLAYERS
) -> None:
    """player_scales: factors on what each player's heads add in every layer but the last."""
    d, heads, size, wide = 96, 6, 16, 160
    config = {
        "model_type": "llama",
        "hidden_size": d,
        "intermediate_size": wide,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": heads,
        "num_key_value_heads": PLAYERS,
        "head_dim": size,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "tie_word_embeddings": True,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    shapes = {"model.embed_tokens.weight": (vocabulary, d), "model.norm.weight": (d,)}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        shapes |= {
            name + "input_layernorm.weight": (d,),
            name + "self_attn.q_proj.weight": (heads * size, d),
            name + "self_attn.k_proj.weight": (PLAYERS * size, d),
            name + "self_attn.v_proj.weight": (PLAYERS * size, d),
            name + "self_attn.o_proj.weight": (d, heads * size),
            name + "post_attention_layernorm.weight": (d,),
            name + "mlp.gate_proj.weight": (wide, d),
            name + "mlp.up_proj.weight": (wide, d),
            name + "mlp.down_proj.weight": (d, wide),
        }
    random = np.random.default_rng(seed)
    header, data = {}, b""
    for name, shape in shapes.items():
        values = np.ones(shape) if len(shape) == 1 else random.normal(size=shape) * 1.5 / np.sqrt(shape[1])
        if "o_proj" in name and f".{LAYERS - 1}." not in name:
            values *= np.repeat(player_scales, shape[1] // PLAYERS)
        raw = values.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
