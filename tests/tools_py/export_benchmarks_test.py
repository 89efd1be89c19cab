import hashlib
import json
import sys
from types import SimpleNamespace

import export_benchmarks as tool
import pytest
from common import ToolError

FIELDS = ("id", "choices.text", "choices.label", "key")
ROWS = [
    {"id": f"q{i}", "key": "A", "extra": i, "choices": {"label": ["A", "B"], "text": ["é", "no"]}} for i in range(3)
]
TEXT = "".join(f'{{"id":"q{i}","choices":{{"text":["é","no"],"label":["A","B"]}},"key":"A"}}\n' for i in range(3))
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()


def rows_set(**of_file) -> tool.RowsSet:
    file = tool.RowsFile(**({"split": "validation", "rows": 3, "sha256": SHA256} | of_file))
    return tool.RowsSet("quiz", "someone/quiz", FIELDS, (file,), config="main", revision="abc")


@pytest.fixture
def calls(monkeypatch) -> list:
    """A module `datasets` that has ROWS, and the calls that it got."""
    seen = []

    def load_dataset(*words, **options):
        seen.append((words, options))
        return ROWS

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    return seen


def test_export_writes_the_fields_in_the_manifests_order(tmp_path, calls):
    findings = tool.export(tmp_path, [rows_set()])
    assert (tmp_path / "quiz/validation.jsonl").read_text(encoding="utf-8") == TEXT
    assert findings.problems == [] and "3 rows" in findings.good[0]
    assert calls == [(("someone/quiz", "main"), {"data_dir": None, "split": "validation", "revision": "abc"})]
    record = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert record["quiz/validation"] == {
        "dataset": "someone/quiz", "config": "main", "revision": "abc", "rows": 3, "sha256": SHA256,
    }  # fmt: skip


def test_export_of_a_file_of_code_reads_its_address(tmp_path, calls):
    file = tool.RowsFile("coco_pope_random", 3, SHA256)
    address = "https://example.org/{group}/{file}.json"
    tool.export(tmp_path, [tool.RowsSet("pope", "json", FIELDS, (file,), url=address)])
    assert calls[0][1]["data_files"] == "https://example.org/coco/coco_pope_random.json"


@pytest.mark.parametrize(("of_file", "said"), [({"rows": 4}, "official split has 4"), ({"sha256": "0" * 64}, "000")])
def test_a_file_that_came_out_differently_is_not_kept(tmp_path, calls, of_file, said):
    findings = tool.export(tmp_path, [rows_set(**of_file)])
    assert len(findings.problems) == 1 and said in findings.problems[0] and "not kept" in findings.problems[0]
    assert list((tmp_path / "quiz").iterdir()) == []


def test_another_hash_than_a_copys_is_reported_but_kept(tmp_path, calls):
    findings = tool.export(tmp_path, [rows_set(sha256=None, sha256_of_copy="0" * 64)])
    assert findings.problems == [] and "another source" in findings.notes[0]
    assert (tmp_path / "quiz/validation.jsonl").exists()


def test_a_complete_file_is_left_alone_and_another_one_never_overwritten(tmp_path, calls):
    file = tmp_path / "quiz/validation.jsonl"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")
    assert "there already" in tool.export(tmp_path, [rows_set()]).good[0]
    file.write_text("my own\n", encoding="utf-8")
    assert "left as it is" in tool.export(tmp_path, [rows_set()]).problems[0]
    assert file.read_text(encoding="utf-8") == "my own\n"
    assert calls == []


def test_offline_every_missing_file_is_named_with_its_dataset(tmp_path, monkeypatch):
    def load_dataset(*_, **__):
        raise ConnectionError("no route to the hub\nmore")

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    findings = tool.export(tmp_path, [rows_set(), rows_set(split="train")])
    assert len(findings.problems) == 2
    assert "someone/quiz at abc" in findings.problems[0] and "no route to the hub" in findings.problems[0]
    assert list(tmp_path.glob("quiz/*")) == []


def test_a_dataset_without_a_field_is_a_problem_not_a_crash(tmp_path, calls):
    lacking = tool.RowsSet("quiz", "someone/quiz", ("nothing",), (tool.RowsFile("validation", 3),))
    assert "KeyError: 'nothing'" in tool.export(tmp_path, [lacking]).problems[0]
    assert list(tmp_path.glob("quiz/*")) == []


def test_without_the_package_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ToolError, match=r"`datasets` is not installed, so quiz .*pip install datasets`.*--check"):
        tool.export(tmp_path, [rows_set()])


def checked(tmp_path, text: str | bytes, **of_file) -> tool.Findings:
    file = tmp_path / "quiz/validation.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tool.check(tmp_path, [rows_set(**of_file)])


def test_check_tells_complete_files_from_subsets_and_missing_ones(tmp_path):
    assert "complete, 3 rows" in checked(tmp_path, TEXT).good[0]
    assert "subset, 1 of 3 rows" in checked(tmp_path, TEXT.splitlines(keepends=True)[0]).notes[0]
    (tmp_path / "quiz/validation.jsonl").unlink()
    assert "missing (3 rows officially)" in tool.check(tmp_path, [rows_set()]).notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT + TEXT.splitlines(keepends=True)[0], "4 rows"),
        (TEXT.replace("q1", "q7"), "SHA-256"),
        (TEXT.replace('"q1"', ' "q1"'), "line 2"),
        (TEXT.replace('"key"', '"kee"'), "line 1"),
        ("[1]\n", "line 1"),
        ('{"id":\n', "line 1"),
        (b"\xff\n", "UTF-8"),
    ],
)
def test_check_names_what_is_wrong(tmp_path, text, said):
    findings = checked(tmp_path, text)
    assert findings.good == [] and len(findings.problems) == 1 and said in findings.problems[0]


def test_check_of_a_missing_folder(tmp_path):
    with pytest.raises(ToolError, match="nowhere"):
        tool.check(tmp_path / "nowhere", [rows_set()])


def test_the_shipped_manifest_has_the_papers_sets():
    sets = {one.name: one for one in tool.read_manifest(tool.MANIFEST)}
    assert len(sets) == 18  # the paper's sixteen sets of text, POPE, and COPA
    assert sum(file.rows for file in sets["pope"].files) == 27000
    assert {one.name for one in tool.chosen_sets(list(sets.values()), "squad,sst2")} == {"squad", "sst2"}
    with pytest.raises(ToolError, match="sst3"):
        tool.chosen_sets(list(sets.values()), "sst3")


def test_the_manifest_has_the_splits_and_fields_that_the_table_reads():
    sets = {one.name: one for one in tool.read_manifest(tool.MANIFEST)}
    for path in tool.MANIFEST.parent.glob("*.json"):
        entry = json.loads(path.read_text(encoding="utf-8"))
        if entry["folder"] in ("tokens", "sentences"):
            continue
        one = sets[entry["folder"]]
        assert {entry["calibration_split"], entry["evaluation_split"]} <= {file.split for file in one.files}
        keys = ("label_field", "options", "context_field", "answers_field")
        for key in keys:
            for name in [entry[key]] if isinstance(entry.get(key), str) else entry.get(key, []):
                assert name in one.fields, f"{path.name}: {name}"


@pytest.mark.parametrize("text", ["[a", "[a]\ndataset = 1\n", "[a]\ndataset='x'\nfields=['f']\nfiles.x={row=1}\n"])
def test_a_damaged_manifest_is_named(tmp_path, text):
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ToolError, match=r"m\.toml is no manifest"):
        tool.read_manifest(tmp_path / "m.toml")
