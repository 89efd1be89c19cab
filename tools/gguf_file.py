"""Reading GGUF: metadata, and tensors of the types F32, F16, Q4_1 and Q8_0 as float32.

Layout (version 2 and 3, little endian): magic, version, number of tensors, number of metadata pairs; the
pairs; for each tensor name, dimensions (fastest first), type and offset; then the data, aligned.
"""

import math
import struct
from dataclasses import dataclass

import numpy as np
from common import ToolError

MAGIC = 0x46554747  # "GGUF"
VERSIONS = (2, 3)
DEFAULT_ALIGNMENT = 32
SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
STRING, ARRAY = 8, 9


@dataclass(frozen=True)
class TensorType:
    """A storage type: `values` values in a block of bytes."""

    name: str
    block: np.dtype
    values: int


F32 = TensorType("F32", np.dtype("<f4"), 1)
F16 = TensorType("F16", np.dtype("<f2"), 1)
Q4_1 = TensorType("Q4_1", np.dtype([("d", "<f2"), ("m", "<f2"), ("q", "u1", 16)]), 32)
Q8_0 = TensorType("Q8_0", np.dtype([("d", "<f2"), ("q", "i1", 32)]), 32)
TENSOR_TYPES = {0: F32, 1: F16, 3: Q4_1, 8: Q8_0}


@dataclass(frozen=True)
class Tensor:
    """A stored tensor; `shape` is row-major, the last dimension runs fastest."""

    name: str
    kind: TensorType
    shape: tuple[int, ...]
    raw: memoryview

    def values(self) -> np.ndarray:
        """[*shape] float32, exactly the values that the stored blocks stand for."""
        blocks = np.frombuffer(self.raw, self.kind.block)
        if self.kind is Q4_1:  # x = d q + m; low nibbles are values 0-15, high ones 16-31
            quants = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype("<f4")
            scaled = blocks["d"].astype("<f4")[:, None] * quants
            return (scaled + blocks["m"].astype("<f4")[:, None]).reshape(self.shape)
        if self.kind is Q8_0:  # x = d q
            return (blocks["d"].astype("<f4")[:, None] * blocks["q"].astype("<f4")).reshape(self.shape)
        return blocks.astype("<f4").reshape(self.shape)


@dataclass(frozen=True)
class GgufFile:
    metadata: dict[str, object]
    tensors: dict[str, Tensor]

    def get(self, key: str) -> object:
        """A metadata value that must be there."""
        if key not in self.metadata:
            raise ToolError(f"GGUF: the metadata key '{key}' is missing; this is not the expected model file")
        return self.metadata[key]


def read_gguf(content: bytes) -> GgufFile:
    """Raises ToolError for anything cut short, malformed or of an unknown type."""
    reader = _Reader(content)
    if len(content) < 4 or reader.scalar("<I") != MAGIC:
        raise ToolError("not a GGUF file (it does not begin with 'GGUF')")
    version = reader.scalar("<I")
    if version not in VERSIONS:
        raise ToolError(f"GGUF: version {version} is not supported, only {VERSIONS}")
    tensor_count, pair_count = reader.scalar("<Q"), reader.scalar("<Q")
    metadata: dict[str, object] = {}
    for _ in range(pair_count):
        key = reader.string()
        metadata[key] = reader.value(reader.scalar("<I"))
    headers = [_read_tensor_header(reader) for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or alignment < 1:
        raise ToolError(f"GGUF: general.alignment is {alignment}, which is no positive number")
    data = memoryview(content)[-(-reader.position // alignment) * alignment :]
    return GgufFile(metadata, {header[0]: _tensor(data, *header) for header in headers})


class _Reader:
    """Takes one value after the other from the head of the file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, size: int, what: str) -> bytes:
        if size > len(self.content) - self.position:
            raise ToolError(f"GGUF: the file ends inside {what} at byte {self.position}; fetch it again")
        self.position += size
        return self.content[self.position - size : self.position]

    def scalar(self, form: str) -> int | float | bool:
        return struct.unpack(form, self.take(struct.calcsize(form), "its header"))[0]

    def string(self) -> str:
        raw = self.take(self.scalar("<Q"), "a string")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ToolError(f"GGUF: the string before byte {self.position} is not UTF-8") from error

    def value(self, kind: int) -> object:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, count = self.scalar("<I"), self.scalar("<Q")
            return [self.value(inner) for _ in range(count)]
        if kind not in SCALARS:
            raise ToolError(f"GGUF: value type {kind} before byte {self.position} is not known")
        return self.scalar(SCALARS[kind])


def _read_tensor_header(reader: _Reader) -> tuple[str, int, tuple[int, ...], int]:
    name, dimensions = reader.string(), reader.scalar("<I")
    shape = tuple(reader.scalar("<Q") for _ in range(dimensions))[::-1]
    return name, reader.scalar("<I"), shape, reader.scalar("<Q")


def _tensor(data: memoryview, name: str, kind: int, shape: tuple[int, ...], offset: int) -> Tensor:
    if kind not in TENSOR_TYPES:
        names = ", ".join(t.name for t in TENSOR_TYPES.values())
        raise ToolError(f"GGUF: tensor {name} has type {kind}; supported are {names}")
    form = TENSOR_TYPES[kind]
    if not shape or shape[-1] % form.values:
        raise ToolError(f"GGUF: a row of {name} {list(shape)} is no whole number of {form.values}-value blocks")
    size = math.prod(shape) // form.values * form.block.itemsize
    if offset + size > len(data):
        raise ToolError(f"GGUF: the file ends inside tensor {name}; fetch it again")
    return Tensor(name, form, shape, data[offset : offset + size])
