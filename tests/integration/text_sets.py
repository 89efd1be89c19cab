"""A tokenizer of bytes, and small data sets of every kind of benchmark with texts."""

import json
from pathlib import Path

LETTERS = "ABCDEFG"


def byte_alphabet() -> list[str]:
    """The characters that stand for the bytes 0 to 255 in byte-level tokenizers (GPT-2)."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("\u00a1"), ord("\u00ac") + 1), *range(ord("\u00ae"), 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return [chr(byte) if byte in shown else chr(256 + hidden.index(byte)) for byte in range(256)]


def write_tokenizer(folder: Path) -> int:
    """Every byte is a token, and so is a blank with an option letter. Returns the size of the vocabulary."""
    space = "\u0120"
    tokens = [*byte_alphabet(), *(space + letter for letter in LETTERS)]
    content = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": [f"{space} {letter}" for letter in LETTERS],
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    return len(tokens)


def write_sets(data: Path) -> None:
    """Ten rows each of cb (both splits), arc_easy (both), squad (validation alone)."""
    claims = [
        {"premise": f"There are {i} boats.", "hypothesis": f"There are {i % 3}", "label": i % 3} for i in range(10)
    ]
    questions = [
        {
            "id": f"q{i}",
            "question": f"What is {i} plus one?",
            "choices": {"text": [str(i + 1), str(i), "many"][: 2 + i % 2], "label": list("ABC")[: 2 + i % 2]},
            "answerKey": "AB"[i % 2],
        }
        for i in range(10)
    ]
    texts = [
        {
            "id": f"s{i}",
            "title": "Boats",
            "context": f"The boat has {i} masts.",
            "question": "How many masts?",
            "answers": {"text": [str(i), f"{i} masts"], "answer_start": [13, 13]},
        }
        for i in range(10)
    ]
    for name, rows in {
        "cb/train": claims,
        "cb/validation": claims,
        "arc_easy/train": questions,
        "arc_easy/validation": questions,
        "squad/validation": texts,
    }.items():
        file = data / f"{name}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
