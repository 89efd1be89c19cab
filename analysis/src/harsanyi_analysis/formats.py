"""Opening a file of a known format and version, and reading its common parts (docs/formats)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from .errors import AnalysisError


@dataclass(frozen=True)
class FileFormat:
    """What the root attributes `format`, `format_major` and `format_minor` say."""

    name: str
    major: int
    minor: int
    remedy: str  # how such a file is made


CUBE = FileFormat("dividend-cube", 1, 3, "`harsanyi sweep` writes one")
GROUPS = FileFormat("salient-groups", 1, 1, "`harsanyi select` writes one")
RESULTS = FileFormat("evaluation-results", 2, 0, "`harsanyi evaluate` writes one")
FORWARD = FileFormat("forward-pass", 1, 0, "`harsanyi forward` writes one")


@contextmanager
def open_format(path: str | Path, form: FileFormat) -> Iterator[h5py.File]:
    """The file, opened for reading also while a sweep writes it.

    Raises AnalysisError if it is missing, not HDF5, of another format or newer than this package, and for
    whatever part of it turns out to be missing or misshapen while it is read.
    """
    path = Path(path)
    if not path.is_file():
        raise AnalysisError(f"{path}: no such file; {form.remedy}")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise AnalysisError(f"{path}: cannot be read as HDF5 ({error}); {form.remedy}") from error
    with file:
        _require_format(path, file, form)
        try:
            yield file
        except (KeyError, ValueError, IndexError) as error:
            reason = str(error).strip("'\"")
            raise AnalysisError(
                f"{path}: damaged, or not laid out as docs/formats says ({reason}); restore it from a copy "
                f"or make it again: {form.remedy}"
            ) from error


def _require_format(path: Path, file: h5py.File, form: FileFormat) -> None:
    name = plain(file.attrs.get("format"))
    if name != form.name:
        found = "not a file of harsanyi" if name is None else f"a file of format '{name}'"
        raise AnalysisError(f"{path}: {found}, where one of format '{form.name}' is needed; {form.remedy}")
    version = int(file.attrs.get("format_major", 0)), int(file.attrs.get("format_minor", 0))
    if version[0] != form.major or version[1] > form.minor:
        age = "a newer" if version > (form.major, form.minor) else "an older"
        raise AnalysisError(
            f"{path}: version {version[0]}.{version[1]} of format '{form.name}' cannot be read (this package "
            f"reads {form.major}.0 to {form.major}.{form.minor}); use {age} harsanyi_analysis"
        )


def texts(dataset: h5py.Dataset) -> np.ndarray:
    """A data set of UTF-8 strings as an array of str."""
    return np.array(dataset.asstr()[...], dtype=str)


def plain(value: object) -> object:
    """An attribute as a plain Python value; h5py gives strings of fixed length as bytes."""
    value = value.item() if hasattr(value, "item") else value
    return value.decode("utf-8") if isinstance(value, bytes) else value


def root_attributes(file: h5py.File) -> dict[str, str | int | float]:
    """The attributes of the root as plain Python values."""
    return {name: plain(value) for name, value in file.attrs.items()}


def text_group(file: h5py.File, name: str) -> dict[str, str]:
    """A group of string attributes: `identity` or `provenance`; empty if the file has none."""
    return {key: str(plain(value)) for key, value in file[name].attrs.items()} if name in file else {}
