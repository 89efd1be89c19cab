"""The models of the comparison: the demo's, and random Llamas of a given shape, written once into the cache."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harsanyi"


@dataclass(frozen=True)
class Shape:
    layers: int
    hidden: int
    query_heads: int
    kv_heads: int
    intermediate: int
    vocabulary: int
    max_positions: int = 2048

    @property
    def head_size(self) -> int:
        return self.hidden // self.query_heads


# The slice's vocabulary is far smaller than Llama-3.1's 128256: the file stays small, and of the sides only the
# published loop, with its logits of every position, would notice.
EIGHT_PLAYERS = Shape(layers=8, hidden=512, query_heads=16, kv_heads=8, intermediate=1024, vocabulary=49152)
SLICE_OF_8B = Shape(layers=2, hidden=4096, query_heads=32, kv_heads=8, intermediate=14336, vocabulary=8192)


def random_llama(shape: Shape, name: str, seed: int = 1, cache: Path = CACHE) -> Path:
    """The folder of a Llama with normal weights of scale 1/sqrt(inputs) and tied embeddings; made if not there.

    Its numbers are bfloat16 ones, as those of published checkpoints are, in a file of float32.
    """
    folder = cache / "bench-models" / name
    config = config_of(shape)
    stamp = json.dumps({"seed": seed, "numbers": "bfloat16", **asdict(shape)})
    if (folder / "made_of.json").is_file() and (folder / "made_of.json").read_text(encoding="utf-8") == stamp:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    tensors = {
        tensor: np.ones(size, np.float32)
        if len(size) == 1
        else as_bfloat16(random.standard_normal(size, np.float32) / np.float32(size[-1] ** 0.5))
        for tensor, size in tensor_sizes(shape).items()
    }
    write_safetensors(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    (folder / "made_of.json").write_text(stamp, encoding="utf-8")
    return folder


def write_safetensors(file: Path, tensors: dict[str, np.ndarray]) -> None:
    """The format's own few bytes; the runtime environment has no package for it."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with file.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            out.write(np.ascontiguousarray(tensor).data)


def as_bfloat16(numbers: np.ndarray) -> np.ndarray:
    """float32 numbers rounded to the nearest bfloat16, ties to even."""
    bits = numbers.view(np.uint32)
    bits += np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    bits &= np.uint32(0xFFFF0000)
    return numbers


def tensor_sizes(shape: Shape) -> dict[str, tuple[int, ...]]:
    d, queries, keys = shape.hidden, shape.query_heads * shape.head_size, shape.kv_heads * shape.head_size
    sizes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (shape.vocabulary, d), "model.norm.weight": (d,)}
    for layer in range(shape.layers):
        of_layer = {
            "input_layernorm": (d,),
            "self_attn.q_proj": (queries, d),
            "self_attn.k_proj": (keys, d),
            "self_attn.v_proj": (keys, d),
            "self_attn.o_proj": (d, queries),
            "post_attention_layernorm": (d,),
            "mlp.gate_proj": (shape.intermediate, d),
            "mlp.up_proj": (shape.intermediate, d),
            "mlp.down_proj": (d, shape.intermediate),
        }
        sizes |= {f"model.layers.{layer}.{name}.weight": size for name, size in of_layer.items()}
    return sizes


def config_of(shape: Shape) -> dict[str, object]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.query_heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_size,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.max_positions,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": None,
        "torch_dtype": "float32",
    }
