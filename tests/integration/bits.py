"""What tests of equal bits share: digests of a file, and whom to kill when."""

import hashlib
import time
from pathlib import Path

import h5py


def digests(file) -> dict[str, str]:
    """SHA-256 of every data set's bytes, by name."""
    found = {}

    def visit(name, thing):
        if isinstance(thing, h5py.Dataset):
            found[name] = hashlib.sha256(thing[()].tobytes()).hexdigest()

    with h5py.File(file) as opened:
        opened.visititems(visit)
    return found


def wait_for(file: Path, running) -> None:
    deadline = time.monotonic() + 60
    while not file.exists() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)


def worst_victim(launcher) -> int:
    """A rank of mpirun's, not mpirun itself: the youngest child."""
    tasks = Path(f"/proc/{launcher.pid}/task").iterdir()
    children = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return max(children, default=launcher.pid)
