"""`harsanyi inspect benchmark`: what the model sees of a benchmark's rows, for every kind."""

import json

import pytest
from program import POSITIONS, Program

BYTES, LETTERS = 256, [" A", " B", " C"]
ENTRY = {"folder": "mine", "calibration_split": "train", "evaluation_split": "test", "instruction": "Do.\n\n"}
QUIZ = ENTRY | {"kind": "multiple_choice", "template": "{q}", "options": ["x", "y"], "label_field": "right",
                "label_form": "letter", "likelihood": {"context": "{q} is"}, "metric": "accuracy"}  # fmt: skip
MOOD = ENTRY | {"kind": "classification", "template": "In: {q} ", "label_field": "label", "label_words": ["n", "p"],
                "metric": "accuracy"}  # fmt: skip
READING = ENTRY | {"kind": "question_answering", "template": "{c}|{q} ", "context_field": "c", "answers_field": "a",
                   "new_tokens": 5, "metric": "f1"}  # fmt: skip
ROW = {"q": "é?", "x": "one", "y": "two", "right": "2", "label": 1, "c": "Some text.", "a": ["g", "h\n"]}


def byte_letter(byte: int) -> str:
    """The character that stands for a byte in byte-level vocabularies."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return chr(byte) if byte in plain else chr(256 + sum(other not in plain for other in range(byte)))


@pytest.fixture
def byte_program(program: Program) -> Program:
    """Every byte is a token of the model; three letters behind a blank are one too."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    flags = {"single_word": True, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    added = [{"id": BYTES + i, "content": letter} | flags for i, letter in enumerate(LETTERS)]
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
             "vocab": {byte_letter(byte): byte for byte in range(BYTES)}, "merges": []}  # fmt: skip
    tokenizer = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
                 "pre_tokenizer": level, "post_processor": None, "decoder": level, "model": model}  # fmt: skip
    (program.model / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    config = json.loads((program.model / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = BYTES + len(LETTERS)
    (program.model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return program


def write(program: Program, entry: dict, *rows: dict) -> None:
    for folder in ("table", "data/mine"):
        (program.folder / folder).mkdir(parents=True, exist_ok=True)
    (program.folder / "table/mine.json").write_text(json.dumps(entry), encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    for split in ("train", "test"):
        (program.folder / f"data/mine/{split}.jsonl").write_text(lines, encoding="utf-8")


def inspected(program: Program, *more: object, check: bool = True):
    return program.run("inspect", "benchmark", "mine", "--model", program.model, "--benchmark-table", "table",
                       "--data", "data", *more, check=check)  # fmt: skip


def ids(text: str) -> str:
    return " ".join(str(byte) for byte in text.encode())


def test_multiple_choice_shows_prompt_ids_letters_and_gold(byte_program: Program):
    write(byte_program, QUIZ, ROW)
    out = inspected(byte_program).stdout
    prompt = "Do.\n\né?\nA. one\nB. two\nAnswer:"
    lines = ["Do.\\n", "\\n", "é?\\n", "A. one\\n", "B. two\\n", "Answer:"]
    assert "prompt:\n" + "".join(f'  "{line}"\n' for line in lines) in out
    assert f"{len(prompt.encode())} tokens: {ids(prompt)}\n" in out
    assert 'label tokens:\n  "A": 256 " A"\n  "B": 257 " B"\n' in out
    assert 'options:\n  A: "one"\n  B: "two"\n' in out
    assert 'gold: "B" (index 1)\n' in out
    assert "kind multiple_choice, metric accuracy, value full_vocabulary" in out


def test_option_likelihood_shows_continuations(byte_program: Program):
    write(byte_program, QUIZ, ROW)
    out = inspected(byte_program, "--choice-scoring", "option_likelihood").stdout
    assert 'prompt:\n  "é? is"\n' in out
    assert f'  A: "one", 4 tokens: {ids(" one")}\n' in out
    assert "label tokens" not in out


def test_classification_shows_blanks_at_the_end(byte_program: Program):
    write(byte_program, MOOD, ROW)
    out = inspected(byte_program).stdout
    assert '  "In: é? "\n' in out
    assert f'  "n": {ord("n")} "n"\n  "p": {ord("p")} "p"\n' in out
    assert 'gold: "p" (index 1)' in out
    assert '  "In: é?"\n' in inspected(byte_program, "--strip-trailing-space").stdout


def test_question_answering_shows_all_right_answers(byte_program: Program):
    write(byte_program, READING, ROW)
    assert 'gold answers: "g", "h\\n"\n' in inspected(byte_program).stdout


def test_token_rows_need_no_tokenizer(program: Program):
    out = program.run("inspect", "benchmark", "tokens", "--model", program.model, "--rows-file", program.rows).stdout
    assert out.count("\nrow ") == 3 and '  "0": 10\n' in out and 'gold: "2" (index 2)' in out


def test_rows_split_and_examples_are_chosen(byte_program: Program):
    write(byte_program, MOOD, *[{"q": f"q{i}", "label": 0} for i in range(4)])
    (byte_program.folder / "data/mine/train.jsonl").write_text('{"q": "s", "label": 1}\n', encoding="utf-8")
    assert inspected(byte_program, "--rows", 2).stdout.count("\nrow ") == 2
    assert '"In: s "' in inspected(byte_program, "--split", "calibration").stdout
    assert '  "In: s p\\n"\n' in inspected(byte_program, "--shots", 1).stdout


def test_long_rows_are_counted(byte_program: Program):
    write(byte_program, MOOD, {"q": "a", "label": 0}, {"q": "b" * POSITIONS, "label": 0})
    assert "line 2" in inspected(byte_program, check=False).stderr
    assert "1 rows skipped, 0 cut" in inspected(byte_program, "--long-rows", "skip").stdout
    assert "0 rows skipped, 1 cut" in inspected(byte_program, "--long-rows", "truncate_left").stdout


def test_help_and_errors_teach(program: Program):
    text = program.run("inspect", "benchmark", "--help").stdout
    assert "harsanyi inspect benchmark arc_easy" in text and "--choice-scoring" in text
    assert "inspect benchmark" in program.run("--help").stdout
    done = program.run("inspect", "benchmark", "arc_esy", "--model", program.model, check=False)
    assert done.returncode == 3 and "arc_easy" in done.stderr
    done = program.run("inspect", "benchmark", check=False)
    assert done.returncode == 2 and "--benchmark" in done.stderr
