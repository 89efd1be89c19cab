"""One prompt of a forward file as an xarray.Dataset (docs/formats/forward.md)."""

from pathlib import Path

import h5py
import numpy as np
import xarray as xr

from .errors import AnalysisError
from .formats import FORWARD, open_format, plain, text_group, texts


def open_forward(path: str | Path, prompt: int = 0) -> xr.Dataset:
    """What the model computed for one prompt.

    logits [position, vocabulary]; where the file has them hidden [state, token, hidden_unit] (state 0 is the
    embedding) and attention [layer, head, query, key]. Coordinates: token_id and token_text of each token.
    Attributes: what the file says about the prompt (text, row, gold ...), `identity`, `provenance`.
    """
    with open_format(path, FORWARD) as file:
        name = f"prompt_{prompt}"
        if name not in file:
            raise AnalysisError(f"{path}: has no prompt {prompt}; it has {int(file.attrs['prompts'])}, counted from 0")
        group = file[name]
        attributes = {name: plain(value) for name, value in group.attrs.items()}
        return xr.Dataset(
            _tables(group),
            coords=_coordinates(group),
            attrs=attributes | {"identity": text_group(file, "identity"), "provenance": text_group(file, "provenance")},
        )


_DIMENSIONS = {
    "logits": ("position", "vocabulary"),
    "hidden": ("state", "token", "hidden_unit"),
    "attention": ("layer", "head", "query", "key"),
}


def _tables(group: h5py.Group) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    return {name: (dims, group[name][...]) for name, dims in _DIMENSIONS.items() if name in group}


def _coordinates(group: h5py.Group) -> dict[str, object]:
    ids = group["token_id"][...]
    labels = texts(group["token_text"]) if "token_text" in group else ids.astype(str)
    return {
        "token": np.arange(ids.size),
        "token_id": ("token", ids),
        "token_text": ("token", labels),
        "position": group["position"][...],
    }
