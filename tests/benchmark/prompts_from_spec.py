"""Prompts of every set, built from the specification's own strings: the slow twin of the C++ readers.

Usage: prompts_from_spec.py SHARED ROWS
Prints one line per entry of the table: name, SHA-256 of the first ROWS prompts (each followed by a zero byte) of the
scored file. data/first_50_prompts.txt is its output for 50 rows.
"""

import hashlib
import json
import pathlib
import re
import sys

# kind -> entry of the table -> name in prompts.json
SETS = {
    "classification": {
        "sst2": "sst2", "sst5": "sst5", "mr": "MR", "subj": "SUBJ", "agnews": "AGNews", "trec_fixed": "TREC",
        "trec_as_released": "TREC", "cb": "CB", "boolq": "BoolQ",
    },
    "multiple_choice": {
        "hellaswag": "hellaswag", "arc_easy": "ARCE", "arc_challenge": "ARCC", "piqa": "PIQA", "openbookqa": "OB",
        "commonsenseqa": "CQA", "copa": "COPA",
    },
    "question_answer": {
        "squad": "SQuADv1", "squad_v2": "SQuADv2", "squad_paper": "SQuADv1", "squad_v2_paper": "SQuADv2",
    },
}  # fmt: skip


def fill(template, row):
    return re.sub(r"\{(\w+)\}", lambda match: row[match[1]], template)


def nested(row, path):
    for name in path.split("."):
        row = row[name]
    return row


def filled_template(entry, row):
    return entry["instruction"] + fill(entry["template"], row)


def multiple_choice(entry, row, letters):
    question, options, _ = entry["question_options_gold"]
    two_fields = "+" in question  # the one question that prompts.json writes as an expression
    asked = row["premise"] + " What is the " + row["question"] + "?" if two_fields else row[question]
    texts = [row[field] for field in options.split("|")] if "|" in options else nested(row, options)
    block = asked + "".join(f"\n{letter}. {text}" for letter, text in zip(letters, texts, strict=False)) + "\nAnswer:"
    return entry["instruction"] + "\n\n" + block


def first_answer(row):
    return row["answers"]["text"][0] if row["answers"]["text"] else "unanswerable"


def paper_prompt(entry, row, rows):
    """The rules as bullets and one solved question about the same paragraph (prompts.md section 5)."""
    lead, *rules = entry["instruction"].strip("\n").split("\n")
    parts = [lead, *("* " + rule for rule in rules), "", f"Title: {row['title']}", f"Background: {row['context']}"]
    others = [other for other in rows if other["context"] == row["context"] and other["id"] != row["id"]]
    for other in others[:1]:
        parts += [f"Q: {other['question']}", f"A: {first_answer(other)}"]
    return "\n".join([*parts, f"Q: {row['question']}", "A: "])


def prompts_of(name, kind, entry, letters, rows, count):
    for row in rows[:count]:
        if kind == "multiple_choice":
            yield multiple_choice(entry, row, letters)
        elif name.endswith("_paper"):
            yield paper_prompt(entry, row, rows)
        else:
            yield filled_template(entry, row)


def main(shared, count):
    spec = json.loads((shared / "spec" / "prompts.json").read_text(encoding="utf-8"))
    for kind, names in SETS.items():
        for name, name_in_spec in names.items():
            entry = spec[kind][name_in_spec]
            folder = shared / "datasets" / re.sub("_fixed|_as_released|_paper", "", name)
            lines = (folder / (entry["evaluation_split"] + ".jsonl")).read_bytes().split(b"\n")
            rows = [json.loads(line) for line in lines if line]
            digest = hashlib.sha256()
            for prompt in prompts_of(name, kind, entry, spec["notes"]["letters"], rows, count):
                digest.update(prompt.encode("utf-8") + b"\0")
            print(name, digest.hexdigest())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
