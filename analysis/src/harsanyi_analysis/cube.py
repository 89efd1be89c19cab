"""A dividend cube as an xarray.Dataset (docs/formats/dividend_cube.md)."""

from pathlib import Path

import h5py
import numpy as np
import xarray as xr

from .dividends import (
    Orientation,
    ZeroRule,
    dividends_of,
    in_convention,
    mean_and_standard_error,
    player_count,
)
from .formats import CUBE, open_format, plain, root_attributes, text_group, texts

LAYER_COALITION = ("layer", "coalition")
LAYER_SAMPLE_COALITION = ("layer", "sample", "coalition")


def open_cube(path: str | Path, orientation: Orientation = "present", zero: ZeroRule = "none") -> xr.Dataset:
    """The whole cube in memory, labelled.

    value, dividend                        [layer, sample, coalition]  log-odds or F1, NaN where not computed
    value_mean, dividend_mean,
    dividend_standard_error                [layer, coalition]          over the samples computed so far
    samples                                [layer]                     samples whose whole game is computed

    A sweep that stops early leaves samples of decided layers uncomputed: they stay NaN in a complete cube. So do
    values of coalitions that were no longer candidates, and their means, as those are not over the layer's samples;
    `samples` then counts those with any value.

    Coordinates: coalition labels such as "{0,2}" with `members` (bit mask) and `size`; for each sample its
    benchmark, row, gold label and prompt length in tokens. Attributes: conventions, `complete`, `identity`
    and `provenance` (dictionaries).

    orientation: what the members of a coalition are. "present" (GAC paper): unmasked, the rest masked.
        "masked" (released code): masked.
    zero: value of the empty coalition of that orientation. "none": as measured. "code": 0.

    Raises AnalysisError if the file is missing, no cube, newer than this package or damaged.
    """
    with open_format(path, CUBE) as file:
        stored = file["value"][...]
        unit = str(plain(file["value"].attrs["units"]))
        values = in_convention(stored, orientation, zero)
        dividends = dividends_of(values)
        mean, error = mean_and_standard_error(dividends)
        stops_early = plain(file.attrs.get("stopping", "full")) == "elimination"
        counts = np.any if stops_early else np.all
        samples = counts(np.isfinite(stored), axis=-1).sum(axis=1)
        if stops_early:
            eliminated = np.isfinite(dividends).sum(axis=1) < samples[:, None]
            mean, error = (np.where(eliminated, np.nan, table) for table in (mean, error))
        is_stored_convention = (orientation, zero) == ("present", "none")
        complete = bool(file["complete"][()])
        if complete and is_stored_convention:
            mean, error = file["dividend_mean"][...], file["dividend_standard_error"][...]
        tables = {
            "value": (LAYER_SAMPLE_COALITION, values),
            "dividend": (LAYER_SAMPLE_COALITION, dividends),
            "value_mean": (LAYER_COALITION, mean_and_standard_error(values)[0]),
            "dividend_mean": (LAYER_COALITION, mean),
            "dividend_standard_error": (LAYER_COALITION, error),
            "samples": ("layer", samples),
        }
        cube = xr.Dataset(tables, coords=_coordinates(file), attrs=_attributes(file))
    cube.attrs.update(orientation=orientation, zero_rule=zero, complete=complete)
    for name, meaning in _MEANINGS.items():
        cube[name].attrs.update(long_name=meaning, units=unit)
    return cube


_MEANINGS = {
    "value": "value v(S)",
    "dividend": "Harsanyi dividend w(S)",
    "value_mean": "mean value over the samples",
    "dividend_mean": "mean Harsanyi dividend over the samples",
    "dividend_standard_error": "standard error of the mean dividend",
}


def _coordinates(file: h5py.File) -> dict[str, object]:
    layers, samples, coalitions = file["value"].shape
    player_count(coalitions)  # a length that is no power of two is a damaged file
    members = np.arange(coalitions)
    return {
        "layer": np.arange(layers),
        "sample": np.arange(samples),
        "coalition": texts(file["coalition"]),
        "members": ("coalition", members),
        "size": ("coalition", np.bitwise_count(members).astype(int)),
        "benchmark": ("sample", texts(file["sample_benchmark"])),
        "row": ("sample", file["sample_row"][...]),
        "gold": ("sample", file["sample_gold"][...]),
        "tokens": ("sample", file["sample_tokens"][...]),
    }


def _attributes(file: h5py.File) -> dict[str, object]:
    done = file["unit_done"][...]
    return root_attributes(file) | {
        "units_done": int((done == 1).sum()),
        "units_not_needed": int((done == 2).sum()),
        "units": int(done.size),
        "identity": text_group(file, "identity"),
        "provenance": text_group(file, "provenance"),
    }
