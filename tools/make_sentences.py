"""Makes labelled sentences of the human ratings in the source archive of the Python package vaderSentiment.

    python tools/make_sentences.py DATA_FOLDER [--sources movies,products,tweets,editorials]

Writes DATA_FOLDER/sentences/calibration.jsonl and scored.jsonl, one row per line:

    {"text": "Effective but too tepid biopic", "label": 0, "source": "movies", "id": "3"}

Rules (the same in manifest.json beside the rows):
- text: HTML entities resolved, runs of blanks made one blank.
- label: 1 (positive) if the mean rating is at least +THRESHOLD, 0 (negative) if at most -THRESHOLD, on a
  scale from -4 to 4; sentences between are neutral and left out.
- a text that occurs twice (letter case aside) is kept once, and not at all if its labels differ.
- as many rows of either label from each source: the larger class loses rows.
- order: by the SHA-256 of seed and text, which is the same for every Python version; the first rows of either
  label are for calibration, the rest is scored. No text is in both.
"""

import argparse
import hashlib
import html
import io
import json
import tarfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from common import ToolError, download, exclusive, run_main, sha256_of

REQUIREMENT = "vaderSentiment==3.3.2"
ARCHIVE = "vaderSentiment-3.3.2.tar.gz"
ARCHIVE_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
RATINGS = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
LICENCE = "vaderSentiment-3.3.2/LICENSE.txt"
SOURCES = {
    "movies": "movieReviewSnippets_GroundTruth.txt",
    "products": "amazonReviewSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
}
LABELS = ("negative", "positive")


@dataclass(frozen=True)
class Row:
    text: str
    label: int  # index into LABELS
    source: str
    id: str  # as in the archive


@dataclass(frozen=True)
class Choice:
    """All that decides which rows come out, and in which order."""

    sources: tuple[str, ...] = ("movies",)
    threshold: float = 1.0
    calibration_rows: int = 2000
    seed: int = 42


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--sources", default="movies", help=f"some of {','.join(SOURCES)}")
    parser.add_argument("--threshold", type=float, default=Choice.threshold, help="least |mean rating|, 0 to 4")
    parser.add_argument("--calibration-rows", type=int, default=Choice.calibration_rows)
    parser.add_argument("--seed", type=int, default=Choice.seed)
    options = parser.parse_args()
    choice = Choice(parse_sources(options.sources), options.threshold, options.calibration_rows, options.seed)
    folder = options.data / "sentences"
    with exclusive(options.data / "sentences.lock"):
        if is_finished(folder, choice):
            print(f"sentences: already in {folder}")
            return
        archive = download(REQUIREMENT, ARCHIVE, ARCHIVE_SHA256, options.data, source=True)
        ratings, licence = read_archive(archive)
        calibration, scored = split(choose(ratings, choice), choice)
        write(folder, choice, calibration, scored, licence)
        archive.unlink()
    print(f"sentences: {len(calibration)} for calibration and {len(scored)} to score in {folder}")


def parse_sources(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in SOURCES]
    if unknown or len(set(names)) != len(names):
        raise ToolError(f"--sources {text}: give each source once, out of {', '.join(SOURCES)}")
    return names


def read_archive(archive: Path) -> tuple[dict[str, str], bytes]:
    """Source name -> content of its ratings file; and the licence text."""
    try:
        with tarfile.open(archive) as outer:
            licence = outer.extractfile(LICENCE).read()
            inner = io.BytesIO(outer.extractfile(RATINGS).read())
        with tarfile.open(fileobj=inner) as ratings:
            by_name = {Path(member.name).name: member for member in ratings.getmembers()}
            contents = {
                source: ratings.extractfile(by_name[name]).read().decode("utf-8-sig")
                for source, name in SOURCES.items()
            }
    except (tarfile.TarError, KeyError, UnicodeDecodeError, OSError) as error:
        raise ToolError(f"{archive}: not the expected archive ({error}); delete it and run again") from error
    return contents, licence


def read_ratings(source: str, content: str, threshold: float) -> list[Row]:
    """The sentences that are not neutral. Lines are: id, mean rating, text, with tabs between."""
    rows = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        fields = line.split("\t", 2)
        try:
            identifier, rating, text = fields[0], float(fields[1]), fields[2]
        except (IndexError, ValueError) as error:
            raise ToolError(f"{SOURCES[source]}:{number}: no line of id, rating, text: {line[:60]!r}") from error
        text = " ".join(html.unescape(text).split())
        if text and abs(rating) >= threshold:
            rows.append(Row(text, int(rating > 0), source, identifier))
    return rows


def choose(ratings: dict[str, str], choice: Choice) -> list[Row]:
    """Rows without doubles, as many of either label from each source, in the order of the seed."""
    rows = [row for source in choice.sources for row in read_ratings(source, ratings[source], choice.threshold)]
    rows.sort(key=lambda row: place_of(row.text, choice.seed))
    return balanced(without_doubles(rows))


def place_of(text: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\n{text}".encode()).digest()


def without_doubles(rows: list[Row]) -> list[Row]:
    labels: dict[str, set[int]] = {}
    for row in rows:
        labels.setdefault(row.text.casefold(), set()).add(row.label)
    kept: dict[str, Row] = {}
    for row in rows:
        if len(labels[row.text.casefold()]) == 1:
            kept.setdefault(row.text.casefold(), row)
    return list(kept.values())


def balanced(rows: list[Row]) -> list[Row]:
    """The first rows of each (source, label), as many as the rarer label of that source has."""
    count = Counter((row.source, row.label) for row in rows)
    most = {source: min(count[source, label] for label in range(len(LABELS))) for source, _ in count}
    taken: Counter[tuple[str, int]] = Counter()
    kept = []
    for row in rows:
        taken[row.source, row.label] += 1
        if taken[row.source, row.label] <= most[row.source]:
            kept.append(row)
    return kept


def split(rows: list[Row], choice: Choice) -> tuple[list[Row], list[Row]]:
    """(calibration, scored), both with as many rows of either label."""
    half = choice.calibration_rows // len(LABELS)
    if half < 1 or len(LABELS) * half >= len(rows):
        raise ToolError(
            f"--calibration-rows {choice.calibration_rows}: must be at least {len(LABELS)} and leave some "
            f"of the {len(rows)} rows to score"
        )
    taken: Counter[int] = Counter()
    calibration, scored = [], []
    for row in rows:
        taken[row.label] += 1
        (calibration if taken[row.label] <= half else scored).append(row)
    # The label that filled its half first leads here: an order of its own, so that the first rows are a fair sample.
    scored.sort(key=lambda row: place_of(row.text, choice.seed + 1))
    return calibration, scored


def write(folder: Path, choice: Choice, calibration: list[Row], scored: list[Row], licence: bytes) -> None:
    """The rows, the licence, and last the manifest, which marks the folder as finished."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    (folder / "LICENSE").write_bytes(licence)
    parts = {}
    for name, rows in (("calibration", calibration), ("scored", scored)):
        path = folder / f"{name}.jsonl"
        lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
        counts = Counter(f"{row.source} {LABELS[row.label]}" for row in rows)
        parts[path.name] = {
            "rows": len(rows),
            "counts": dict(sorted(counts.items())),
            "sha256": sha256_of(path),
        }
    manifest = {
        "from": f"{REQUIREMENT}, {Path(RATINGS).name} (C.J. Hutto and E. Gilbert, ICWSM 2014)",
        "archive_sha256": ARCHIVE_SHA256,
        "choice": _as_json(choice),
        "labels": LABELS,
        "rules": __doc__.partition("Rules")[2].partition("\n")[2].strip(),
        "files": parts,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def is_finished(folder: Path, choice: Choice) -> bool:
    """Whether the folder holds the rows of just this choice, unchanged."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        unchanged = all(sha256_of(folder / name) == part["sha256"] for name, part in manifest["files"].items())
        return unchanged and manifest["choice"] == _as_json(choice)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _as_json(choice: Choice) -> dict[str, object]:
    return asdict(choice) | {"sources": list(choice.sources)}


if __name__ == "__main__":
    run_main(main)
