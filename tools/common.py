"""What the programs in this folder share: one-line errors, checked downloads, locks."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class ToolError(Exception):
    """Something a user can act on: one line that names the thing, the problem and the remedy."""


def run_main(main: Callable[[], None]) -> None:
    """Calls `main`; a ToolError becomes one line on stderr and exit code 1."""
    try:
        main()
    except ToolError as error:
        sys.exit(f"error: {error}")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_sha256(what: str, found: str, expected: str) -> None:
    if found != expected:
        raise ToolError(
            f"{what}: SHA-256 is {found}, expected {expected}; the file is damaged or another version: "
            "delete it and run the command again"
        )


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Lets one process at a time pass; the others wait. The lock file stays, empty."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def download(requirement: str, file_name: str, sha256: str, folder: Path, source: bool = False) -> Path:
    """The distribution file of `requirement`, fetched with pip unless `folder` has it, and its hash checked.

    source: fetch the source archive in place of a wheel.
    """
    path = folder / file_name
    if not path.is_file():
        kind = ["--no-binary", ":all:"] if source else ["--only-binary", ":all:"]
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        result = subprocess.run(
            [*command, *kind, "--dest", str(folder), requirement], capture_output=True, text=True, check=False
        )
        if result.returncode != 0 or not path.is_file():
            last = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise ToolError(
                f"{requirement}: pip download brought no {file_name} ({last}); check the network and pip's "
                f"index, or put the file into {folder}"
            )
    require_sha256(str(path), sha256_of(path), sha256)
    return path
