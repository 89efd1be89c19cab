"""The GGUF reader and the Hugging Face folder made of it, on a miniature file."""

import json
import struct

import numpy as np
import pytest
from common import ToolError
from gguf_file import read_gguf
from llama_folder import half_rotation, write_llama_folder
from sample_gguf import HEADS, KV_HEADS, METADATA, TENSORS, make_gguf


def read_safetensors(path):
    raw = path.read_bytes()
    size = struct.unpack_from("<Q", raw)[0]
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32"
        first, last = entry["data_offsets"]
        tensors[name] = np.frombuffer(raw[8 + size + first : 8 + size + last], "<f4").reshape(entry["shape"])
    return tensors


@pytest.mark.parametrize("version", [2, 3])
def test_every_tensor_type_is_read_value_by_value(version):
    content, values = make_gguf(version=version)
    model = read_gguf(content)
    assert {tensor.kind.name for tensor in model.tensors.values()} == {"F32", "F16", "Q4_1", "Q8_0"}
    for name, expected in values.items():
        np.testing.assert_array_equal(model.tensors[name].values(), expected)


def test_metadata_of_every_type_is_read():
    content, _ = make_gguf()
    metadata = read_gguf(content).metadata
    assert metadata["llama.attention.layer_norm_rms_epsilon"] == np.float32(1e-5)
    assert {key: metadata[key] for key in METADATA if "epsilon" not in key} == {
        key: value for key, value in METADATA.items() if "epsilon" not in key
    }


def test_the_folder_holds_the_values_under_hugging_face_names(tmp_path):
    content, values = make_gguf()
    write_llama_folder(read_gguf(content), tmp_path)
    tensors = read_safetensors(tmp_path / "model.safetensors")
    assert len(tensors) == len(values)
    np.testing.assert_array_equal(tensors["model.embed_tokens.weight"], values["token_embd.weight"])
    gate = tensors["model.layers.0.mlp.gate_proj.weight"]
    np.testing.assert_array_equal(gate, values["blk.0.ffn_gate.weight"])


@pytest.mark.parametrize(("name", "stored", "heads"), [("q", "attn_q", HEADS), ("k", "attn_k", KV_HEADS)])
def test_rows_of_q_and_k_are_brought_into_hugging_face_order(tmp_path, name, stored, heads):
    """GGUF row h·D + 2i + b is row h·D + (D/2)·b + i, row by row."""
    content, values = make_gguf()
    write_llama_folder(read_gguf(content), tmp_path)
    ours = read_safetensors(tmp_path / "model.safetensors")[f"model.layers.0.self_attn.{name}_proj.weight"]
    theirs = values[f"blk.0.{stored}.weight"]
    size = theirs.shape[0] // heads
    for h in range(heads):
        for i in range(size // 2):
            for b in range(2):
                np.testing.assert_array_equal(ours[h * size + size // 2 * b + i], theirs[h * size + 2 * i + b])


def test_half_rotation_refuses_rows_that_do_not_pair_up():
    with pytest.raises(ToolError, match="no whole pairs"):
        half_rotation(np.zeros((6, 2)), 2)


def test_the_configuration_is_that_of_the_model(tmp_path):
    write_llama_folder(read_gguf(make_gguf()[0]), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["num_attention_heads"] == HEADS
    assert config["num_key_value_heads"] == KV_HEADS
    assert config["rms_norm_eps"] == 1e-5
    assert config["rope_theta"] == 1e5
    assert config["tie_word_embeddings"] is True


def test_an_output_matrix_of_its_own_unties_the_embeddings(tmp_path):
    tensors = TENSORS | {"output.weight": TENSORS["token_embd.weight"]}
    content, values = make_gguf(tensors=tensors)
    write_llama_folder(read_gguf(content), tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["tie_word_embeddings"] is False
    written = read_safetensors(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(written["lm_head.weight"], values["output.weight"])


def test_the_tokenizer_splits_digits_and_knows_the_control_tokens(tmp_path):
    write_llama_folder(read_gguf(make_gguf()[0]), tmp_path)
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    assert tokenizer["pre_tokenizer"]["pretokenizers"][0] == {"type": "Digits", "individual_digits": True}
    assert [token["id"] for token in tokenizer["added_tokens"]] == [0, 1, 2]
    assert tokenizer["model"]["vocab"]["ab"] == 5
    assert tokenizer["model"]["merges"] == ["a b"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"general.architecture": "gemma"}, "'gemma' is not supported"),
        ({"tokenizer.ggml.pre": "qwen2"}, "rules 'qwen2' is not supported"),
        ({"tokenizer.ggml.add_bos_token": True}, "add_bos_token is not supported"),
        ({"tokenizer.ggml.tokens": ["a", "a", "b", "c", "d", "e"]}, "a piece twice"),
        ({"llama.block_count": 2}, "9 tensors of a Llama model are missing"),
        ({"llama.block_count": 0}, "9 tensors have no place in a Llama model"),
    ],
)
def test_another_model_is_refused_before_anything_is_written(tmp_path, change, message):
    content, _ = make_gguf(metadata=METADATA | change)
    with pytest.raises(ToolError, match=message):
        write_llama_folder(read_gguf(content), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("key", [key for key in METADATA if "add_bos" not in key])
def test_a_missing_key_is_named(tmp_path, key):
    content, _ = make_gguf(metadata={name: value for name, value in METADATA.items() if name != key})
    with pytest.raises(ToolError, match=f"'{key}' is missing"):
        write_llama_folder(read_gguf(content), tmp_path)


def test_a_file_cut_at_any_byte_is_an_error_and_no_crash():
    content, _ = make_gguf()
    for length in [*range(0, 2000, 7), len(content) - 64, len(content) - 33]:
        with pytest.raises(ToolError):
            read_gguf(content[:length])


@pytest.mark.parametrize(
    ("place", "raw", "message"),
    [
        (0, b"GGML", "not a GGUF file"),
        (4, struct.pack("<I", 9), "version 9 is not supported"),
        (8, struct.pack("<Q", 2**60), "the file ends"),
        (32, b"\xff", "not UTF-8"),
    ],
)
def test_a_damaged_head_is_named(place, raw, message):
    content = bytearray(make_gguf()[0])
    content[place : place + len(raw)] = raw
    with pytest.raises(ToolError, match=message):
        read_gguf(bytes(content))
