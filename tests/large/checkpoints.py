"""Checkpoints of a large model's true shapes: with holes in place of numbers, or with random bfloat16 ones."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

CONFIGS = Path(__file__).parents[2] / "configs/models"
BYTES = 2  # of a bfloat16


def config_of(model: str, **changes: object) -> dict:
    return {**json.loads((CONFIGS / f"{model}.json").read_text(encoding="utf-8")), **changes}


def shapes_of(config: dict) -> list[dict[str, tuple[int, ...]]]:
    """Names and shapes of a Qwen2's tensors, file by file: the embedding, each layer, the rest."""
    d, wide, vocabulary = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    q, kv = d, d // heads * kv_heads
    files: list[dict[str, tuple[int, ...]]] = [{"model.embed_tokens.weight": (vocabulary, d)}]
    for layer in range(config["num_hidden_layers"]):
        name = f"model.layers.{layer}."
        attention = name + "self_attn."
        files.append(
            {
                name + "input_layernorm.weight": (d,),
                attention + "q_proj.weight": (q, d),
                attention + "k_proj.weight": (kv, d),
                attention + "v_proj.weight": (kv, d),
                attention + "q_proj.bias": (q,),
                attention + "k_proj.bias": (kv,),
                attention + "v_proj.bias": (kv,),
                attention + "o_proj.weight": (d, q),
                name + "post_attention_layernorm.weight": (d,),
                name + "mlp.gate_proj.weight": (wide, d),
                name + "mlp.up_proj.weight": (wide, d),
                name + "mlp.down_proj.weight": (d, wide),
            }
        )
    files.append({"model.norm.weight": (d,), "lm_head.weight": (vocabulary, d)})
    return files


def write_checkpoint(folder: Path, config: dict, seed: int | None = None) -> int:
    """Writes shards and their index. Without a seed the tensors are holes, which take no disk.

    Returns the bytes of all tensors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    random = None if seed is None else np.random.default_rng(seed)
    files = shapes_of(config)
    weight_map, total = {}, 0
    for number, shapes in enumerate(files, start=1):
        name = f"model-{number:05}-of-{len(files):05}.safetensors"
        weight_map |= dict.fromkeys(shapes, name)
        total += write_shard(folder / name, shapes, random)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
    return total


def write_shard(file: Path, shapes: dict[str, tuple[int, ...]], random: np.random.Generator | None) -> int:
    header, end = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape)) * BYTES
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        if random is None:
            out.truncate(out.tell() + end)
            return end
        for shape in shapes.values():
            for rows in numbers(shape, random):
                out.write(as_bfloat16(rows).tobytes())
    return end


def numbers(shape: tuple[int, ...], random: np.random.Generator) -> Iterator[np.ndarray]:
    """Ones for norms and small biases, normal numbers of scale 1 / sqrt(inputs) for matrices, some rows at a time."""
    if len(shape) == 1:
        yield np.ones(shape, np.float32)
        return
    step = 4096
    for first in range(0, shape[0], step):
        rows = min(step, shape[0] - first)
        yield random.standard_normal((rows, shape[1]), np.float32) / np.float32(shape[1] ** 0.5)


def as_bfloat16(values: np.ndarray) -> np.ndarray:
    """The upper half of float32 numbers: bfloat16 ones, rounded towards zero."""
    return (np.ascontiguousarray(values).view(np.uint32) >> 16).astype("<u2")
