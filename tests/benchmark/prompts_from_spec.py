"""Prompts of the classification sets, built from the specification's own strings: the slow twin of the C++ reader.

Usage: prompts_from_spec.py SHARED ROWS
Prints one line per set: name, SHA-256 of its first ROWS prompts (each followed by a zero byte) of the scored file.
"""

import hashlib
import json
import pathlib
import re
import sys

SETS = {
    "sst2": "sst2", "sst5": "sst5", "mr": "MR", "subj": "SUBJ", "agnews": "AGNews", "trec_fixed": "TREC",
    "trec_as_released": "TREC", "cb": "CB", "boolq": "BoolQ",
}  # fmt: skip


def prompts(entry, rows):
    for row in rows:
        yield entry["instruction"] + re.sub(r"\{(\w+)\}", lambda match, row=row: row[match[1]], entry["template"])


def main(shared, count):
    spec = json.loads((shared / "spec" / "prompts.json").read_text(encoding="utf-8"))["classification"]
    for name, key in SETS.items():
        entry = spec[key]
        file = shared / "datasets" / name.split("_")[0] / (entry["evaluation_split"] + ".jsonl")
        rows = [json.loads(line) for line in file.read_bytes().split(b"\n")[:count]]
        digest = hashlib.sha256()
        for prompt in prompts(entry, rows):
            digest.update(prompt.encode("utf-8") + b"\0")
        print(name, digest.hexdigest())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
