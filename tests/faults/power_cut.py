"""Power cuts: a run's writes and syncs are recorded and played back up to some instant.

What a sync had returned for is on the disk; of what was written later any 512-byte sectors may be. The file may have
its old or its new size, and a rename may have happened or not."""

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

from job import Case, Failure, units_done

SECTOR = 512
CUTS_OF_A_RECORDING = 8


@dataclass
class Disk:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[str, int, bytes]] = field(default_factory=list)  # writes and truncations since the last sync
    named: bool = False  # the file has its final name
    rename_pending: bool = False

    def apply(self, what: str, place: int, data: bytes) -> None:
        if what in "wt":
            self.pending.append((what, place, data))
        elif what == "s":
            for step in self.pending:
                change(self.durable, *step)
            self.pending = []
        elif what == "r":
            self.rename_pending = True
        elif what == "d" and self.rename_pending:
            self.named, self.rename_pending = True, False

    def after_a_cut(self, instants: random.Random) -> bytes | None:
        """What a program finds; nothing where the file does not have its name yet."""
        if not self.named and not (self.rename_pending and instants.random() < 0.5):
            return None
        found = bytearray(self.durable)
        share = instants.choice([0.0, 0.3, 0.7, 1.0])
        for what, place, data in self.pending:
            pieces = sectors_of(place, data) if what == "w" else [(place, data)]
            for start, piece in pieces:
                if instants.random() < share:
                    change(found, what, start, piece)
        return bytes(found)


def change(content: bytearray, what: str, place: int, data: bytes) -> None:
    if what == "t":
        resize(content, place)
    else:
        put(content, place, data)


def put(content: bytearray, place: int, data: bytes) -> None:
    if len(content) < place:
        resize(content, place)
    content[place : place + len(data)] = data


def resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def sectors_of(place: int, data: bytes):
    """A write, cut where sectors end."""
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR - (place + start) % SECTOR)
        yield place + start, data[start:end]
        start = end


def read_trace(file: Path) -> list[tuple[str, int, bytes]]:
    content, at, steps = file.read_bytes(), 0, []
    while at < len(content):
        what, place, length = struct.unpack_from("<cQQ", content, at)
        at += struct.calcsize("<cQQ")
        steps.append((what.decode(), place, content[at : at + length]))
        at += length
    return steps


def power_cut(case: Case) -> int:
    """At some instant of a recorded run. The next run goes on with what is found then."""
    steps = recorded_steps(case)
    end = case.random.randrange(len(steps) + 1)
    disk = Disk()
    for step in steps[:end]:
        disk.apply(*step)
    found = disk.after_a_cut(case.random)
    case.file.unlink(missing_ok=True)
    if found is not None:
        case.file.write_bytes(found)
        if disk.named and not units_done_before(steps[:end]) <= units_done(case.file):
            raise Failure(f"the cut after {end} steps lost finished units")
    return 0


def recorded_steps(case: Case) -> list[tuple[str, int, bytes]]:
    """Of an uninterrupted run of the job; a recording serves for some cuts, as runs are alike."""
    left, steps = case.rig.traces.get(case.job.name, (0, []))
    if left == 0:
        case.file.unlink(missing_ok=True)
        trace = case.folder / f"trace{case.runs}"
        case.start(trace=trace, rank=0).wait()
        left, steps = CUTS_OF_A_RECORDING, read_trace(trace)
        if not any(what == "r" for what, _, _ in steps):
            raise Failure("the recorded run made no file")
    case.rig.traces[case.job.name] = (left - 1, steps)
    return steps


def units_done_before(steps: list[tuple[str, int, bytes]]) -> set[int]:
    """Units whose marks were synced: what the file of durable bytes alone says."""
    disk = Disk()
    for step in steps:
        disk.apply(*step)
    if not disk.named:
        return set()
    file = Path(f"/dev/shm/harsanyi-power-cut-{id(disk)}.h5")
    try:
        file.write_bytes(disk.durable)
        return units_done(file)
    finally:
        file.unlink(missing_ok=True)


KINDS = [power_cut]
