#!/usr/bin/env python3
"""Compares the C++ tokenizer with the Python package `tokenizers`, text by text, and times both on one thread.

  compare.py --tool BUILD/bin/tokenize_lines --model FOLDER [--model FOLDER ...] [--datasets FOLDER] [--random 100000]
             [--every-character]

The texts are every string in the JSON-lines files below --datasets, --random strings drawn from a seed, and a
context for every character of Unicode. Special
tokens are added when encoding and left out when decoding. Prints one table row for each model and source of texts,
the first few differences, and exits with 1 if there is any.
"""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import argparse
import json
import pathlib
import random
import subprocess
import sys
import time

from tokenizers import Tokenizer

# Where scripts, digits, blanks, marks and case meet: most places where two engines could disagree.
ALPHABETS = [
    "abcXYZ",
    "stremvld",
    "'",
    " ",
    "\t\n\r\v\f",
    "0123456789",
    '.,;:!?-_()[]{}<>|/\\"#$%&*+=@^`~',
    "\u00a0\u1680\u180e\u2000\u2003\u2009\u200b\u200d\u2028\u2029\u202f\u205f\u3000\u0085\ufeff",
    "éèüñßøÅçİıſKŉǅﬁﬆ",
    "\u0301\u0308\u0327\u0323\u064b\u0903\u20dd",
    "αβγΩД жЯ",
    "אבגدهو",
    "日本語中文字かなカナ",
    "٠١٢३४५৬๗",
    "½²³¹¼Ⅷ①㉈〇",
    "한국어각각",
    "🙂👩🏽‍🚀🇯🇵❤️",
    "▁Ġ",
    "<s>",
    "</s>",
    "<|im_start|>",
    "<|im_end|>",
    "<unk>",
]


def random_text(rng):
    """One of: any code points; pieces of the alphabets above; runs of few characters."""
    length = rng.randrange(1, 40)
    kind = rng.randrange(4)
    if kind == 0:
        code_points = (rng.randrange(0x110000) if rng.random() < 0.5 else rng.randrange(0x3000) for _ in range(length))
        return "".join(chr(c) for c in code_points if not 0xD800 <= c < 0xE000)
    if kind == 1:
        few = "".join(rng.choice(rng.choice(ALPHABETS)) for _ in range(3))
        return "".join(rng.choice(few) for _ in range(length))
    pieces = []
    for _ in range(length):
        alphabet = rng.choice(ALPHABETS)
        pieces.append(alphabet if alphabet.startswith("<") else rng.choice(alphabet))
    return "".join(pieces)


def texts_of_every_character():
    """Each code point between letters, digits, blanks and next to itself."""
    return [f"a{c}1{c} {c}{c}'{c}s" for c in map(chr, range(1, 0x110000)) if not "\ud800" <= c <= "\udfff"]


def random_texts(count, seed):
    rng = random.Random(seed)
    return [random_text(rng) for _ in range(count)]


def strings_in(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings_in(member)
    elif isinstance(value, list):
        for element in value:
            yield from strings_in(element)


def dataset_texts(folder):
    texts = []
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                texts.extend(strings_in(json.loads(line)))
    return texts


def run_tool(tool, model, mode, texts):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    result = subprocess.run([tool, model, mode], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def encode_seconds(tokenizer, texts):
    """Python's own call, once for each text, as a program that reads prompts does."""
    start = time.process_time()
    for text in texts:
        tokenizer.encode(text)
    return time.process_time() - start


def compare(tool, model, source, texts, repeats):
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    found = run_tool(tool, model, "check", texts)
    if len(found) != len(texts):
        sys.exit(f"{tool} answered {len(found)} of {len(texts)} texts")
    encode_differences = decode_differences = tokens = 0
    for text, ours in zip(texts, found, strict=True):
        ids = tokenizer.encode(text).ids
        tokens += len(ids)
        decoded = tokenizer.decode(ids)
        bad_ids, bad_text = ids != ours["ids"], ids == ours["ids"] and decoded != ours["decoded"]
        encode_differences += bad_ids
        decode_differences += bad_text
        if (bad_ids or bad_text) and encode_differences + decode_differences <= 5:
            print(
                f"  {ascii(text)}\n    tokenizers {ids} {ascii(decoded)}\n    harsanyi   {ours['ids']} "
                f"{ascii(ours['decoded'])}"
            )
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    # By turns, so that a busy machine slows both.
    turns = [(run_tool(tool, model, "time", texts)[0], encode_seconds(tokenizer, texts)) for _ in range(repeats)]
    ours, theirs = min(t["encode_seconds"] for t, _ in turns), min(seconds for _, seconds in turns)
    print(
        f"{model.name:>17} {source:>10} {len(texts):>8} texts {megabytes:6.2f} MB {tokens:>9} tokens | differences: "
        f"encode {encode_differences} decode {decode_differences} | "
        f"load {min(t['load_seconds'] for t, _ in turns):.2f} s | "
        f"harsanyi {len(texts) / ours:9.0f} texts/s {megabytes / ours:6.1f} MB/s | "
        f"tokenizers {len(texts) / theirs:9.0f} texts/s {megabytes / theirs:6.1f} MB/s | {theirs / ours:.1f}x",
        flush=True,
    )
    return encode_differences + decode_differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, action="append", required=True, help="folder with tokenizer.json")
    parser.add_argument("--datasets", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=100_000, metavar="N")
    parser.add_argument("--every-character", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3, help="timed passes; the fastest counts")
    options = parser.parse_args()
    sources = {"random": random_texts(options.random, options.seed)}
    if options.datasets:
        sources["datasets"] = dataset_texts(options.datasets)
    if options.every_character:
        sources["characters"] = texts_of_every_character()
    differences = sum(
        compare(options.tool, model, source, texts, options.repeats)
        for model in options.model
        for source, texts in sources.items()
        if texts
    )
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
