"""Runs clang-tidy on the project's sources, several at a time; a source that passed is not read again until
anything that decides the outcome has changed.

    python tools/clang_tidy.py BUILD_FOLDER [--jobs N]

A pass is remembered under a hash of clang-tidy's version, .clang-tidy, the compile command and the content
of every file that the compiler reads for that source (system headers too). Findings are never remembered, so
they are shown again in every run. Exit code 1 if there is any finding.
"""

import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from common import ToolError, run_main

CLANG_TIDY = "clang-tidy-14"
MODULES = ("partition", "storage", "worker", "orchestrator", "slurm")


@dataclass(frozen=True)
class Source:
    file: Path
    arguments: tuple[str, ...]  # compiler and options, without output and source
    directory: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, metavar="BUILD_FOLDER", help="has compile_commands.json")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    build = options.build.resolve()
    sources = read_sources(build, root)
    passes = cache_folder() / "clang-tidy"
    passes.mkdir(parents=True, exist_ok=True)
    checker = Checker(root, build, passes)
    outcomes = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(checker.check, sources):
            outcomes.append(outcome)
            if outcome not in (PASSED, PASSED_BEFORE):
                print(outcome, flush=True)
    failures = len(outcomes) - outcomes.count(PASSED) - outcomes.count(PASSED_BEFORE)
    unchanged = f"{outcomes.count(PASSED_BEFORE)} unchanged since they passed"
    print(f"clang-tidy: {len(sources)} sources, {unchanged}, {failures} with findings")
    sys.exit(1 if failures else 0)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "harsanyi"


def read_sources(build: Path, root: Path) -> list[Source]:
    database = build / "compile_commands.json"
    try:
        entries = json.loads(database.read_text(encoding="utf-8"))
    except OSError as error:
        raise ToolError(f"{database}: cannot be read; run cmake --preset release first") from error
    own = [entry for entry in entries if is_own(Path(entry["file"]), root)]
    return [Source(Path(entry["file"]), as_clang_takes_it(entry), Path(entry["directory"])) for entry in own]


def is_own(file: Path, root: Path) -> bool:
    """Not what nvcc compiles."""
    return file.is_relative_to(root) and file.relative_to(root).parts[0] in MODULES and file.suffix == ".cpp"


OF_GCC = ("-Winvalid-pch", "-fno-thread-jumps", "-Wno-maybe-uninitialized")


def as_clang_takes_it(entry: dict[str, str]) -> tuple[str, ...]:
    """The compile command without what clang cannot take: options of GCC's own, and its precompiled header, which
    is left to the #include lines of the sources; ccache, the output and the source itself are dropped."""
    words = shlex.split(entry["command"])
    kept: list[str] = []
    skip = 0
    for place, word in enumerate(words):
        if skip:
            skip -= 1
        elif word == "-o" or (word == "-include" and "cmake_pch" in words[place + 1]):
            skip = 1
        elif word not in (*OF_GCC, "-c", entry["file"]) and Path(word).name != "ccache":
            kept.append(word)
    return tuple(kept)


PASSED, PASSED_BEFORE = "passed", "passed before"


class Checker:
    def __init__(self, root: Path, build: Path, passes: Path) -> None:
        self.root, self.build, self.passes = root, build, passes
        version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, text=True, check=True).stdout
        self.common = version + (root / ".clang-tidy").read_text(encoding="utf-8")

    def check(self, source: Source) -> str:
        """PASSED, PASSED_BEFORE or the findings."""
        mark = self.passes / self.key(source)
        if mark.exists():
            return PASSED_BEFORE
        command = [CLANG_TIDY, "--quiet", str(source.file), "--", *source.arguments[1:]]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source.directory)
        if result.returncode == 0:
            mark.touch()
            return PASSED
        return f"{source.file.relative_to(self.root)}:\n{result.stdout}{result.stderr}".rstrip()

    def key(self, source: Source) -> str:
        """Paths of this clone and build folder are left out, so that another clone profits too."""
        digest = hashlib.sha256(self.common.encode())
        for argument in (*source.arguments, str(source.file)):
            digest.update(self.without_place(argument).encode() + b"\0")
        for file in self.files_read(source):
            digest.update(self.without_place(file).encode() + b"\0" + content_hash(file))
        return digest.hexdigest()

    def without_place(self, text: str) -> str:
        return text.replace(str(self.build), "<build>").replace(str(self.root), "<root>")

    def files_read(self, source: Source) -> list[str]:
        command = [*source.arguments, "-M", str(source.file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source.directory)
        if result.returncode != 0:
            raise ToolError(f"{source.file}: does not compile; build first:\n{result.stderr}")
        files = result.stdout.replace("\\\n", " ").partition(":")[2].split()
        return sorted(str((source.directory / file).resolve()) for file in files)


@cache
def content_hash(file: str) -> bytes:
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


if __name__ == "__main__":
    run_main(main)
