"""Exports the rows of the shipped benchmarks with the package `datasets`, or checks rows that are there.

    python tools/export_benchmarks.py DATA_FOLDER [--sets sst2,squad]     needs network and `pip install datasets`
    python tools/export_benchmarks.py --check DATA_FOLDER                 needs neither

Writes DATA_FOLDER/<set>/<split>.jsonl, one row per line, as `harsanyi --data DATA_FOLDER` reads them, and
DATA_FOLDER/export.json, which says what came from where. configs/benchmarks/manifest.toml names datasets, revisions,
fields, row counts and hashes.

Export: a file that is complete is left alone; one that differs is never overwritten. A file that came out with
another row count or hash is not kept. Exit code 1 says that files are missing; they are named with the reason.

Check: a file with fewer rows than the official split is reported as a subset; other fields, too many rows or another
hash are errors (exit code 1).
"""

import argparse
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from common import ToolError, run_main, sha256_of

MANIFEST = Path(__file__).parents[1] / "configs" / "benchmarks" / "manifest.toml"
INSTALL = "install it with `pip install datasets` on a machine with network access"


@dataclass(frozen=True)
class RowsFile:
    """A file of rows as it must be."""

    split: str  # also the file's name, without .jsonl
    rows: int
    sha256: str | None = None  # of the export: a difference is an error
    sha256_of_copy: str | None = None  # of the same rows from another source: a difference is reported


@dataclass(frozen=True)
class RowsSet:
    """A data set: where it comes from, which fields its rows have, which files it consists of."""

    name: str
    dataset: str
    fields: tuple[str, ...]
    files: tuple[RowsFile, ...]
    config: str | None = None
    directory: str | None = None  # in the dataset's repository, where it has no configs
    revision: str | None = None
    url: str | None = None  # of one file, for dataset "json"


@dataclass
class Findings:
    """What a run has to say about files."""

    good: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def show(self) -> None:
        for line in [*self.good, *self.notes]:
            print(line)
        for line in self.problems:
            print(f"PROBLEM {line}")


def read_manifest(path: Path) -> list[RowsSet]:
    try:
        sets = tomllib.loads(path.read_text(encoding="utf-8"))
        return [
            RowsSet(
                name=name,
                dataset=entry["dataset"],
                fields=tuple(entry["fields"]),
                files=tuple(RowsFile(split, **file) for split, file in entry["files"].items()),
                **{key: entry[key] for key in entry.keys() - {"dataset", "fields", "files"}},
            )
            for name, entry in sets.items()
        ]
    except OSError as error:
        raise ToolError(f"cannot read the manifest {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ToolError(f"{path} is no manifest of benchmarks: {error}") from error


def chosen_sets(sets: list[RowsSet], names: str | None) -> list[RowsSet]:
    if names is None:
        return sets
    wanted = names.split(",")
    known = [one.name for one in sets]
    for name in wanted:
        if name not in known:
            raise ToolError(f"there is no set '{name}' in the manifest; it has {', '.join(known)}")
    return [one for one in sets if one.name in wanted]


def line_of(row: dict, fields: Iterable[str]) -> str:
    """The row in the one form that hashes are of: fields in order, no blanks, UTF-8 as it is."""
    chosen: dict = {}
    for path in fields:
        outer, _, inner = path.partition(".")
        if inner:
            chosen.setdefault(outer, {})[inner] = row[outer][inner]
        else:
            chosen[outer] = row[outer]
    return json.dumps(chosen, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def load_rows(datasets, one: RowsSet, file: RowsFile) -> Iterable[dict]:
    """The split, from the network or the cache of `datasets`."""
    if one.url is not None:
        url = one.url.format(group=file.split.partition("_")[0], file=file.split)
        return datasets.load_dataset(one.dataset, data_files=url, split="train")
    return datasets.load_dataset(one.dataset, one.config, data_dir=one.directory, split=file.split,
                                 revision=one.revision)  # fmt: skip


def verdict(path: Path, file: RowsFile, rows: int, sha256: str) -> tuple[str | None, str | None]:
    """A problem and a note about a file with that many rows and that hash; either may be None."""
    if rows != file.rows:
        return f"{path}: {rows} rows, the official split has {file.rows}", None
    if file.sha256 is not None and sha256 != file.sha256:
        return f"{path}: SHA-256 is {sha256}, the manifest says {file.sha256}", None
    if file.sha256_of_copy is not None and sha256 != file.sha256_of_copy:
        return None, f"{path}: SHA-256 is {sha256}, that of a copy from another source is {file.sha256_of_copy}"
    if file.sha256 is None and file.sha256_of_copy is None:
        return None, f"{path}: row count agrees, no hash is known; SHA-256 is {sha256}"
    return None, None


def export_file(datasets, one: RowsSet, file: RowsFile, path: Path, findings: Findings) -> dict | None:
    """What came out, for export.json; None if the file is not there as it should be."""
    if path.exists():
        return keep_file(path, file, findings)
    try:
        rows = load_rows(datasets, one, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        digest, count = hashlib.sha256(), 0
        with part.open("wb") as out:
            for row in rows:
                line = (line_of(row, one.fields) + "\n").encode()
                digest.update(line)
                out.write(line)
                count += 1
    except Exception as error:  # whatever the network, the cache or a changed dataset does: name it, take the next file
        reason = (str(error).splitlines() or [""])[0]
        findings.problems.append(
            f"{path}: {one.dataset} at {one.revision or one.url}, split {file.split}, could not be read "
            f"({type(error).__name__}: {reason}); check the network, or copy the file from a machine that has it"
        )
        path.with_suffix(".part").unlink(missing_ok=True)
        return None
    problem, note = verdict(path, file, count, digest.hexdigest())
    if problem is not None:
        part.unlink()
        findings.problems.append(f"{problem}; the file is not kept, the dataset may have changed")
        return None
    part.replace(path)
    (findings.notes if note else findings.good).append(note or f"{path}: {count} rows, as the manifest says")
    return {"rows": count, "sha256": digest.hexdigest()}


def keep_file(path: Path, file: RowsFile, findings: Findings) -> dict | None:
    rows, sha256 = count_rows(path), sha256_of(path)
    problem, _ = verdict(path, file, rows, sha256)
    if problem is not None:
        findings.problems.append(f"{problem}; it is left as it is: move it away to have it exported")
        return None
    findings.good.append(f"{path}: there already, {rows} rows")
    return {"rows": rows, "sha256": sha256}


def source_of(one: RowsSet) -> dict[str, str]:
    keys = ("dataset", "config", "directory", "revision", "url")
    return {key: value for key in keys if (value := getattr(one, key)) is not None}


def export(folder: Path, sets: list[RowsSet]) -> Findings:
    try:
        import datasets
    except ImportError as error:
        wanted = ", ".join(one.name for one in sets)
        raise ToolError(f"the Python package `datasets` is not installed, so {wanted} cannot be exported; {INSTALL}, "
                        "or check rows that you have with --check") from error  # fmt: skip
    findings, record = Findings(), {}
    for one in sets:
        for file in one.files:
            path = folder / one.name / f"{file.split}.jsonl"
            came_out = export_file(datasets, one, file, path, findings)
            if came_out is not None:
                record[f"{one.name}/{file.split}"] = source_of(one) | came_out
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return findings


def count_rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def lines_of(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.removesuffix("\n")


def first_bad_line(path: Path, fields: tuple[str, ...]) -> str | None:
    """What is wrong with the first line that is no row in canonical form."""
    try:
        for number, line in enumerate(lines_of(path), start=1):
            try:
                canonical = line_of(json.loads(line), fields)
            except (ValueError, KeyError, TypeError) as error:
                return f"line {number} is no row with the fields {', '.join(fields)} ({type(error).__name__}: {error})"
            if canonical != line:
                return f"line {number} has other fields than {', '.join(fields)}, in another order or with blanks"
    except UnicodeDecodeError as error:
        return f"no UTF-8: {error.reason}"
    return None


def check_file(path: Path, one: RowsSet, file: RowsFile, findings: Findings) -> None:
    if not path.is_file():
        findings.notes.append(f"{path}: missing ({file.rows} rows officially)")
        return
    wrong = first_bad_line(path, one.fields)
    if wrong is not None:
        findings.problems.append(f"{path}: {wrong}")
        return
    rows = count_rows(path)
    if rows < file.rows:
        findings.notes.append(f"{path}: subset, {rows} of {file.rows} rows")
        return
    problem, note = verdict(path, file, rows, sha256_of(path))
    if problem is not None:
        findings.problems.append(problem)
    elif note is not None:
        findings.notes.append(note)
    else:
        findings.good.append(f"{path}: complete, {rows} rows, SHA-256 agrees")


def check(folder: Path, sets: list[RowsSet]) -> Findings:
    if not folder.is_dir():
        raise ToolError(f"there is no folder {folder}; name the one that holds <set>/<split>.jsonl")
    findings = Findings()
    for one in sets:
        for file in one.files:
            check_file(folder / one.name / f"{file.split}.jsonl", one, file, findings)
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds, or will hold, <set>/<split>.jsonl")
    parser.add_argument("--check", action="store_true", help="compare existing files with the manifest, offline")
    parser.add_argument("--sets", help="names from the manifest, with commas between; default: all")
    parser.add_argument("--manifest", type=Path, default=MANIFEST, help="default: %(default)s")
    options = parser.parse_args()
    sets = chosen_sets(read_manifest(options.manifest), options.sets)
    findings = check(options.folder, sets) if options.check else export(options.folder, sets)
    findings.show()
    if findings.problems:
        files = "are not as they should be" if options.check else "could not be exported"
        raise ToolError(f"{len(findings.problems)} files {files}; see PROBLEM above")


if __name__ == "__main__":
    run_main(main)
