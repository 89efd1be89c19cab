#!/usr/bin/env python3
"""Compares the C++ tokenizer with the Python package `tokenizers`, text by text, and times both on one thread.

    compare.py --tool BUILD/bin/tokenize_texts [--vocabularies FOLDER] [--only NAME ...] [--datasets FOLDER]
               [--random 700000] [--every-character] [--turns 5]

Takes every tokenizer.json one level below --vocabularies (by default those of tools/fetch_vocabularies.py). The texts
are those of sample_texts.py: every string of the JSON-lines files below --datasets, --random texts, and on demand a
context for every character of Unicode. Special tokens are added when encoding; decoding is compared with and without
them. Bytes that are not UTF-8 must be refused, and the message must name the place where Python's decoder stops.

Prints a row for each vocabulary and source and the first differences; ends with 1 if there are any. The times are
processor seconds of as many turns as asked for, ours and theirs alternating; the package encodes in batches
(encode_batch_fast, which leaves out offsets), and the ratio is the median of the turns.
"""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import argparse
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sample_texts
from tokenizers import Tokenizer

BATCH = 1000
SHOWN = 5
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harsanyi"


@dataclass(frozen=True)
class Answer:
    """What the C++ tokenizer makes of one text; error: its message where it refuses the text."""

    ids: list[int] = field(default_factory=list)
    plain: str = ""  # decoded without special tokens
    whole: str = ""
    error: str = ""


class Tool:
    """The program tokenize_texts on one tokenizer and one list of texts, kept in a file."""

    def __init__(self, program: Path, model: Path, texts: list[bytes]) -> None:
        self.command = [str(program), str(model)]
        self.input = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        for text in texts:
            self.input.write(struct.pack("=I", len(text)) + text)

    def answers(self) -> Iterator[Answer]:
        self.input.seek(0)
        with subprocess.Popen([*self.command, "check"], stdin=self.input, stdout=subprocess.PIPE) as process:
            stream = process.stdout
            assert stream is not None

            def text() -> str:
                return stream.read(struct.unpack("=I", stream.read(4))[0]).decode()

            while head := stream.read(4):
                count = struct.unpack("=i", head)[0]
                if count < 0:
                    yield Answer(error=text())
                    continue
                ids = list(struct.unpack(f"={count}i", stream.read(4 * count)))
                yield Answer(ids, text(), text())
        if process.returncode != 0:
            sys.exit(f"{' '.join(self.command)}: exit code {process.returncode}")

    def times(self) -> tuple[float, float, float]:
        """Seconds to load the tokenizer, to encode and to decode."""
        self.input.seek(0)
        run = subprocess.run([*self.command, "time"], stdin=self.input, stdout=subprocess.PIPE, check=True)
        load, encode, decode = map(float, run.stdout.split()[:3])
        return load, encode, decode


def batches(texts: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(texts), BATCH):
        yield texts[first : first + BATCH]


def expected_answers(tokenizer: Tokenizer, texts: list[str]) -> Iterator[Answer]:
    for batch in batches(texts):
        ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(batch)]
        plain = tokenizer.decode_batch(ids, skip_special_tokens=True)
        whole = tokenizer.decode_batch(ids, skip_special_tokens=False)
        yield from map(Answer, ids, plain, whole)


def compare_texts(tool: Tool, tokenizer: Tokenizer, texts: list[str]) -> int:
    differences = 0
    pairs = zip(texts, tool.answers(), expected_answers(tokenizer, texts), strict=True)
    for text, ours, theirs in pairs:
        if ours == theirs:
            continue
        differences += 1
        if differences <= SHOWN:
            print(f"  {ascii(text)}\n    tokenizers {theirs}\n    harsanyi   {ours}")
    return differences


def compare_bytes(tool: Tool, texts: list[bytes]) -> int:
    """Differences from Python's decoder in whether and where a text is not UTF-8."""
    differences = 0
    for text, ours in zip(texts, tool.answers(), strict=True):
        place = re.search(r"byte (\d+) .* is not valid UTF-8", ours.error)
        try:
            text.decode()
            wrong = bool(ours.error)
        except UnicodeDecodeError as error:
            wrong = place is None or int(place[1]) != error.start
        differences += wrong
        if wrong and differences <= SHOWN:
            print(f"  {text!r}: {ours}")
    return differences


def package_seconds(tokenizer: Tokenizer, texts: list[str]) -> tuple[float, float]:
    """To encode and to decode."""
    start = time.process_time()
    encoded = [[encoding.ids for encoding in tokenizer.encode_batch_fast(batch)] for batch in batches(texts)]
    middle = time.process_time()
    for batch in encoded:
        tokenizer.decode_batch(batch, skip_special_tokens=True)
    return middle - start, time.process_time() - middle


def speed(tool: Tool, tokenizer: Tokenizer, texts: list[str], turns: int) -> str:
    ours, theirs = [], []
    for _ in range(turns):  # by turns, so that a busy machine slows both
        ours.append(tool.times())
        theirs.append(package_seconds(tokenizer, texts))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    encode = statistics.median(their[0] / our[1] for our, their in zip(ours, theirs, strict=True))
    decode = statistics.median(their[1] / our[2] for our, their in zip(ours, theirs, strict=True))
    rates = [megabytes / statistics.median(times) for times in ([our[1] for our in ours], [t[0] for t in theirs])]
    return (
        f"load {min(our[0] for our in ours):.2f} s | encode {rates[0]:.1f} MB/s, tokenizers {rates[1]:.1f} MB/s, "
        f"{encode:.1f} times as fast | decode {decode:.1f} times as fast"
    )


def compare(options: argparse.Namespace, model: Path, data: list[str]) -> int:
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    sources = {"datasets": data, "random": sample_texts.random_texts(options.random, options.seed, special)}
    if options.every_character:
        sources["characters"] = sample_texts.texts_of_every_character()
    total = 0
    for source, texts in sources.items():
        if not texts:
            continue
        tool = Tool(options.tool, model, [text.encode() for text in texts])
        differences = compare_texts(tool, tokenizer, texts)
        total += differences
        row = f"{model.name:>13} {source:>10} {len(texts):>8} texts {differences:>3} differences"
        print(row + (" | " + speed(tool, tokenizer, texts, options.turns) if options.turns else ""), flush=True)
    broken = sample_texts.random_bytes(options.random // 50, options.seed)
    differences = compare_bytes(Tool(options.tool, model, broken), broken)
    print(f"{model.name:>13} {'bytes':>10} {len(broken):>8} texts {differences:>3} differences", flush=True)
    return total + differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=Path, required=True, help="the program tokenize_texts")
    parser.add_argument("--vocabularies", type=Path, default=CACHE / "vocabularies", metavar="FOLDER")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these vocabularies alone")
    parser.add_argument("--datasets", type=Path, metavar="FOLDER")
    parser.add_argument("--random", type=int, default=700_000, metavar="N")
    parser.add_argument("--every-character", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="timed passes; 0 for none")
    options = parser.parse_args()
    models = sorted(path.parent for path in options.vocabularies.glob("*/tokenizer.json"))
    if options.only:
        models = [model for model in models if model.name in options.only]
    if not models or (options.only and len(models) != len(options.only)):
        sys.exit(f"error: {options.vocabularies}: not all the vocabularies are there; run tools/fetch_vocabularies.py")
    data = sample_texts.dataset_texts(options.datasets) if options.datasets else []
    if sum(compare(options, model, data) for model in models) > 0:
        sys.exit("error: harsanyi and tokenizers disagree")


if __name__ == "__main__":
    main()
