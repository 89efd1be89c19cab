"""Writes a Llama model that was read from GGUF as a Hugging Face folder in float32.

Two things differ between the two forms and are undone here:
- rows of the q and k projections: GGUF pairs rotary neighbours (2i, 2i+1), Hugging Face (i, i + head_dim/2);
- GGUF names the pre-tokenizer ("smollm") and leaves its rules to the reader.
"""

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import ToolError
from gguf_file import GgufFile

CONTROL = 3  # token type of tokens that stand for no text
PRE_TOKENIZERS = ("smollm", "gpt-2")


@dataclass(frozen=True)
class Parameter:
    """One tensor under its Hugging Face name; read when it is written."""

    name: str
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]


def write_llama_folder(model: GgufFile, folder: Path) -> None:
    """config.json, generation_config.json, model.safetensors, tokenizer.json and its two small companions,
    chat_template.jinja. Raises ToolError for another architecture, tokenizer or set of tensors."""
    architecture = model.get("general.architecture")
    if architecture != "llama":
        raise ToolError(f"GGUF: architecture '{architecture}' is not supported, only 'llama'")
    parameters = list(_parameters(model))
    config = _config(model, parameters)
    tokenizer = _tokenizer(model)
    folder.mkdir(parents=True, exist_ok=True)
    _write_safetensors(folder / "model.safetensors", parameters)
    _write_json(folder / "config.json", config)
    generation = {name: config[name] for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    _write_json(folder / "generation_config.json", generation)
    _write_json(folder / "tokenizer.json", tokenizer)
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(model))
    _write_json(folder / "special_tokens_map.json", _special_tokens(model))
    (folder / "chat_template.jinja").write_text(model.get("tokenizer.chat_template"), encoding="utf-8")


# ---------------------------------------------------------------------------------------------- weights
LAYER_TENSORS = {
    "input_layernorm.weight": "attn_norm.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
}


def _parameters(model: GgufFile) -> Iterator[Parameter]:
    """Every parameter in the order it is written. Raises ToolError for a missing or left-over tensor."""
    names = {"model.embed_tokens.weight": "token_embd.weight"}
    for layer in range(model.get("llama.block_count")):
        for ours, theirs in LAYER_TENSORS.items():
            names[f"model.layers.{layer}.{ours}"] = f"blk.{layer}.{theirs}"
    names["model.norm.weight"] = "output_norm.weight"
    if "output.weight" in model.tensors:
        names["lm_head.weight"] = "output.weight"
    missing = sorted(set(names.values()) - set(model.tensors))
    left = sorted(set(model.tensors) - set(names.values()))
    if missing:
        raise ToolError(f"GGUF: {len(missing)} tensors of a Llama model are missing, the first is {missing[0]}")
    if left:
        raise ToolError(f"GGUF: {len(left)} tensors have no place in a Llama model, the first is {left[0]}")
    heads = {
        "attn_q": model.get("llama.attention.head_count"),
        "attn_k": model.get("llama.attention.head_count_kv"),
    }
    for ours, theirs in names.items():
        tensor = model.tensors[theirs]
        rotated = heads.get(theirs.split(".")[-2])
        if rotated is None:
            yield Parameter(ours, tensor.shape, tensor.values)
        else:
            yield Parameter(ours, tensor.shape, lambda t=tensor, h=rotated: half_rotation(t.values(), h))


def half_rotation(matrix: np.ndarray, heads: int) -> np.ndarray:
    """[rows, columns]: GGUF row h·D + 2i + b becomes row h·D + (D/2)·b + i, D = rows / heads."""
    rows, columns = matrix.shape
    if rows % (2 * heads):
        raise ToolError(f"GGUF: {rows} rows are no whole pairs for each of {heads} heads")
    return matrix.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _write_safetensors(path: Path, parameters: list[Parameter]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for parameter in parameters:
        size = 4 * int(np.prod(parameter.shape))
        header[parameter.name] = {
            "dtype": "F32",
            "shape": list(parameter.shape),
            "data_offsets": [end, end + size],
        }
        end += size
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for parameter in parameters:
            file.write(np.ascontiguousarray(parameter.read(), dtype="<f4").tobytes())


def _shortest(number: float) -> float:
    """The shortest decimal that names the same float32: 1e-05 in place of 9.999999747378752e-06."""
    return float(str(np.float32(number)))


def _config(model: GgufFile, parameters: list[Parameter]) -> dict[str, object]:
    heads = model.get("llama.attention.head_count")
    shapes = {parameter.name: parameter.shape for parameter in parameters}
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": model.get("llama.embedding_length"),
        "intermediate_size": model.get("llama.feed_forward_length"),
        "num_hidden_layers": model.get("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": model.get("llama.attention.head_count_kv"),
        "head_dim": model.get("llama.embedding_length") // heads,
        "vocab_size": shapes["model.embed_tokens.weight"][0],
        "max_position_embeddings": model.get("llama.context_length"),
        "rms_norm_eps": _shortest(model.get("llama.attention.layer_norm_rms_epsilon")),
        "rope_theta": _shortest(model.get("llama.rope.freq_base")),
        "rope_scaling": None,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": "lm_head.weight" not in shapes,
        "bos_token_id": model.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": model.get("tokenizer.ggml.eos_token_id"),
        "pad_token_id": model.get("tokenizer.ggml.padding_token_id"),
        "torch_dtype": "float32",
    }


# ---------------------------------------------------------------------------------------------- tokenizer
def _added_token(content: str) -> dict[str, object]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"content": content, **flags}


def _control_tokens(model: GgufFile) -> dict[int, str]:
    pieces, types = model.get("tokenizer.ggml.tokens"), model.get("tokenizer.ggml.token_type")
    return {i: piece for i, (piece, kind) in enumerate(zip(pieces, types, strict=True)) if kind == CONTROL}


def _tokenizer(model: GgufFile) -> dict[str, object]:
    kind, rules = model.get("tokenizer.ggml.model"), model.get("tokenizer.ggml.pre")
    if kind != "gpt2" or rules not in PRE_TOKENIZERS:
        raise ToolError(f"GGUF: tokenizer '{kind}' with the rules '{rules}' is not supported")
    for key in ("add_bos_token", "add_eos_token", "add_space_prefix"):
        if model.metadata.get(f"tokenizer.ggml.{key}"):
            raise ToolError(f"GGUF: a tokenizer with {key} is not supported")
    pieces = model.get("tokenizer.ggml.tokens")
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    if len(vocabulary) != len(pieces):
        raise ToolError("GGUF: the tokenizer has a piece twice")
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    digits = {"type": "Digits", "individual_digits": True}
    split = {"type": "Sequence", "pretokenizers": [digits, byte_level]} if rules == "smollm" else byte_level
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, **_added_token(piece)} for i, piece in _control_tokens(model).items()],
        "normalizer": None,
        "pre_tokenizer": split,
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": vocabulary,
            "merges": model.get("tokenizer.ggml.merges"),
        },
    }


def _special_tokens(model: GgufFile) -> dict[str, str]:
    pieces = model.get("tokenizer.ggml.tokens")
    keys = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
    return {name: pieces[model.get(f"tokenizer.ggml.{key}_token_id")] for name, key in keys.items()}


def _tokenizer_config(model: GgufFile) -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        **_special_tokens(model),
        "add_prefix_space": False,
        "clean_up_tokenization_spaces": False,
        "model_max_length": model.get("llama.context_length"),
        "chat_template": model.get("tokenizer.chat_template"),
        "added_tokens_decoder": {str(i): _added_token(piece) for i, piece in _control_tokens(model).items()},
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
