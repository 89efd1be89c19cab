"""Small files laid out as docs/formats says, written with h5py alone, independent of the C++ writers."""

from pathlib import Path

import h5py
import numpy as np

TEXT = h5py.string_dtype("utf-8")


def label_of(members: int) -> str:
    return "{" + ",".join(str(p) for p in range(members.bit_length()) if members >> p & 1) + "}"


def put_attributes(owner: h5py.Group, **values: object) -> None:
    """Texts as strings of fixed length, as the C++ writers store them."""
    for name, value in values.items():
        owner.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value


def set_format(file: h5py.File, name: str, minor: int = 0, major: int = 1) -> None:
    put_attributes(file, format=name, format_major=major, format_minor=minor)
    put_attributes(file.create_group("identity"), weights="sha256 of weights")
    put_attributes(file.create_group("provenance"), version="0.1.0")


def write_axis(parent: h5py.Group, name: str, labels) -> h5py.Dataset:
    labels = list(labels)
    is_text = bool(labels) and isinstance(labels[0], str)
    axis = parent.create_dataset(name, data=labels, dtype=TEXT if is_text else np.int32)
    axis.make_scale(name)
    return axis


def attach(dataset: h5py.Dataset, *axes: h5py.Dataset) -> None:
    for dimension, axis in zip(dataset.dims, axes, strict=True):
        dimension.attach_scale(axis)
        dimension.label = axis.name.rsplit("/", 1)[-1]


def write_cube(path: Path, value: np.ndarray, summaries: dict[str, np.ndarray] | None = None) -> Path:
    """A cube of value [layer, sample, coalition]; finished if `summaries` are given."""
    layers, samples, coalitions = value.shape
    players = coalitions.bit_length() - 1
    with h5py.File(path, "w", libver="earliest") as file:
        set_format(file, "dividend-cube")
        put_attributes(
            file,
            mask_kind="undifferentiated",
            epsilon=1e-5,
            value_kind="label_set",
            orientation="present",
            zero_rule="none",
            players=players,
            query_heads=3 * players,
        )
        layer = write_axis(file, "layer", range(layers))
        sample = write_axis(file, "sample", range(samples))
        coalition = write_axis(file, "coalition", map(label_of, range(coalitions)))
        attach(file.create_dataset("value", data=value), layer, sample, coalition)
        file["value"].attrs["units"] = "log-odds"
        file.create_dataset("sample_benchmark", data=["sentences"] * samples, dtype=TEXT)
        for name in ("sample_row", "sample_gold", "sample_tokens"):
            file.create_dataset(name, data=np.arange(samples, dtype=np.int32))
        for name in ("value_mean", "dividend_mean", "dividend_standard_error"):
            table = (summaries or {}).get(name, np.full((layers, coalitions), np.nan))
            attach(file.create_dataset(name, data=table), layer, coalition)
        file.create_dataset("unit_done", data=np.isfinite(value).all(axis=(1, 2)).astype(np.uint8))
        file.create_dataset("complete", data=np.uint8(summaries is not None))
    return path


def write_groups(path: Path, members: list[int], players: int, heads_per_player: int) -> Path:
    heads = players * heads_per_player
    salient = np.array(members)[:, None] >> (np.arange(heads) // heads_per_player) & 1
    with h5py.File(path, "w") as file:
        set_format(file, "salient-groups")
        put_attributes(
            file,
            players=players,
            query_heads=heads,
            selection_rule="max_dividend",
            orientation="present",
            zero_rule="none",
            edited_heads="outside_group",
            cube_digest="c",
            weights_digest="w",
        )
        layer = write_axis(file, "layer", range(len(members)))
        head = write_axis(file, "query_head", range(heads))
        file.create_dataset("members", data=np.array(members, dtype=np.uint32))
        file.create_dataset("group", data=[label_of(m) for m in members], dtype=TEXT)
        file.create_dataset("dividend", data=np.linspace(0.1, 0.4, len(members)))
        file.create_dataset("margin", data=np.full(len(members), 0.05))
        attach(file.create_dataset("calibrated", data=(1 - salient).astype(np.uint8)), layer, head)
    return path


def write_results(path: Path, logits: np.ndarray, gold: list[int], parts: list[str]) -> Path:
    """logits [method, item, label] of the methods vanilla and gac; NaN where not computed."""
    with h5py.File(path, "w") as file:
        set_format(file, "evaluation-results", major=2)
        write_axis(file, "method", ["vanilla", "gac"])
        file.create_dataset("unit_done", data=np.ones(1, dtype=np.uint8))
        file.create_dataset("complete", data=np.uint8(1))
        group = file.create_group("smollm2/sentences")
        group.attrs["answers"] = "label_logits"
        write_axis(group, "item", range(len(gold)))
        write_axis(group, "label", ["negative", "positive"])
        group.create_dataset("part", data=parts, dtype=TEXT)
        group.create_dataset("row", data=np.arange(len(gold), dtype=np.int32))
        group.create_dataset("gold", data=np.array(gold, dtype=np.int32))
        group.create_dataset("label_logit", data=logits.astype(np.float32))
        computed = np.isfinite(logits).all(axis=2)
        prediction = np.where(computed, np.nan_to_num(logits).argmax(axis=2), -1)
        group.create_dataset("prediction", data=prediction.astype(np.int32))
    return path


def causal_softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores) * np.tril(np.ones(scores.shape[-2:]))
    return weights / weights.sum(axis=-1, keepdims=True)


def write_forward(path: Path, tokens: list[str], attention: np.ndarray | None) -> Path:
    """One prompt; attention [layer, head, token, token]."""
    with h5py.File(path, "w") as file:
        set_format(file, "forward-pass")
        file.attrs["prompts"] = 1
        group = file.create_group("prompt_0")
        put_attributes(group, text="".join(tokens))
        write_axis(group, "token", range(len(tokens)))
        group.create_dataset("token_id", data=np.arange(len(tokens), dtype=np.int32))
        group.create_dataset("token_text", data=tokens, dtype=TEXT)
        write_axis(group, "position", [len(tokens) - 1])
        group.create_dataset("logits", data=np.zeros((1, 5), dtype=np.float32))
        if attention is not None:
            group.create_dataset("attention", data=attention.astype(np.float32))
    return path
