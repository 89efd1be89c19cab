"""A miniature Llama GGUF, written by hand: every tensor type, every metadata type the real file uses."""

import struct

import numpy as np

WIDTH, INNER, HEADS, KV_HEADS, LAYERS, VOCABULARY = 32, 64, 4, 2, 1, 6
KINDS = {"F32": (0, 1), "F16": (1, 1), "Q4_1": (3, 32), "Q8_0": (8, 32)}

TENSORS = {  # name -> (type, shape in row-major order)
    "token_embd.weight": ("Q8_0", (VOCABULARY, WIDTH)),
    "blk.0.attn_norm.weight": ("F32", (WIDTH,)),
    "blk.0.attn_q.weight": ("Q4_1", (WIDTH, WIDTH)),
    "blk.0.attn_k.weight": ("Q4_1", (WIDTH // 2, WIDTH)),
    "blk.0.attn_v.weight": ("Q4_1", (WIDTH // 2, WIDTH)),
    "blk.0.attn_output.weight": ("Q4_1", (WIDTH, WIDTH)),
    "blk.0.ffn_norm.weight": ("F32", (WIDTH,)),
    "blk.0.ffn_gate.weight": ("F16", (INNER, WIDTH)),
    "blk.0.ffn_up.weight": ("Q4_1", (INNER, WIDTH)),
    "blk.0.ffn_down.weight": ("Q4_1", (WIDTH, INNER)),
    "output_norm.weight": ("F32", (WIDTH,)),
}

METADATA = {
    "general.architecture": "llama",
    "llama.block_count": LAYERS,
    "llama.context_length": 16,
    "llama.embedding_length": WIDTH,
    "llama.feed_forward_length": INNER,
    "llama.attention.head_count": HEADS,
    "llama.attention.head_count_kv": KV_HEADS,
    "llama.attention.layer_norm_rms_epsilon": 1e-5,
    "llama.rope.freq_base": 100000.0,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "a", "b", "ab"],
    "tokenizer.ggml.token_type": [3, 3, 3, 1, 1, 1],
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.unknown_token_id": 0,
    "tokenizer.ggml.padding_token_id": 2,
    "tokenizer.ggml.add_bos_token": False,
    "tokenizer.chat_template": "{{ messages }}",
}


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def metadata_value(value: object) -> bytes:
    """The type number, then the value."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if all(isinstance(item, str) for item in value):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *value)


def random_blocks(kind: str, count: int, random: np.random.Generator) -> tuple[bytes, np.ndarray]:
    """`count` values in stored form, and one by one what they stand for."""
    if kind in ("F32", "F16"):
        stored = random.normal(size=count).astype("<f4" if kind == "F32" else "<f2")
        return stored.tobytes(), stored.astype("<f4")
    raw, values = b"", []
    for _ in range(count // 32):
        scale = np.float16(random.uniform(0.01, 0.1))
        if kind == "Q8_0":
            quants = random.integers(-128, 128, 32)
            raw += scale.tobytes() + bytes(int(q) & 255 for q in quants)
            values += [np.float32(scale) * np.float32(q) for q in quants]
        else:
            least = np.float16(random.normal())
            quants = random.integers(0, 16, 32)
            nibbles = bytes(int(quants[i]) | int(quants[i + 16]) << 4 for i in range(16))
            raw += scale.tobytes() + least.tobytes() + nibbles
            values += [np.float32(scale) * np.float32(q) + np.float32(least) for q in quants]
    return raw, np.array(values, dtype="<f4")


def make_gguf(
    metadata: dict[str, object] = METADATA,
    tensors: dict[str, tuple[str, tuple[int, ...]]] = TENSORS,
    version: int = 3,
) -> tuple[bytes, dict[str, np.ndarray]]:
    """The file's bytes, and the value of each tensor as GGUF orders its rows."""
    random = np.random.default_rng(3)
    values, headers, data = {}, b"", b""
    for name, (kind, shape) in tensors.items():
        raw, flat = random_blocks(kind, int(np.prod(shape)), random)
        values[name] = flat.reshape(shape)
        dims = struct.pack(f"<I{len(shape)}Q", len(shape), *reversed(shape))
        headers += text(name) + dims + struct.pack("<IQ", KINDS[kind][0], len(data))
        data += raw + b"\0" * (-len(raw) % 32)
    pairs = b"".join(text(key) + metadata_value(value) for key, value in metadata.items())
    head = struct.pack("<4sIQQ", b"GGUF", version, len(tensors), len(metadata)) + pairs + headers
    return head + b"\0" * (-len(head) % 32) + data, values
