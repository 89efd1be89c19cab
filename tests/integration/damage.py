"""Damage of files, for tests of verification and repair."""

from pathlib import Path

import h5py
import numpy as np


def flip_byte(file: Path, offset: int) -> None:
    content = bytearray(file.read_bytes())
    content[offset] ^= 0x40
    file.write_bytes(content)


def byte_of(file: Path, dataset: str, *place: int) -> int:
    """Where an element of a contiguous data set begins in the file."""
    with h5py.File(file) as opened:
        table = opened[dataset]
        element = int(np.ravel_multi_index(place, table.shape)) if place else 0
        return table.id.get_offset() + element * table.dtype.itemsize


def damage_value(file: Path, layer: int, sample: int, coalition: int, dataset: str = "value") -> None:
    flip_byte(file, byte_of(file, dataset, layer, sample, coalition) + 3)


def unit_at(file: Path, layer: int, sample: int, coalition: int) -> int:
    with h5py.File(file) as cube:
        holds = [
            (cube[name][:, 0] <= index) & (index < cube[name][:, 1])
            for name, index in (("unit_layers", layer), ("unit_samples", sample), ("unit_coalitions", coalition))
        ]
    (unit,) = np.flatnonzero(np.logical_and.reduce(holds))
    return int(unit)
