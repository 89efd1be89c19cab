import json
import re

import pytest
from harsanyi_analysis.__main__ import main
from harsanyi_analysis.report import Table
from sample_files import causal_softmax, write_cube, write_forward, write_groups


@pytest.fixture
def report(tmp_path, random):
    """A report.json with everything in it; returns the parsed content."""
    tokens = ["A", "Ġgood", "Ġfilm"]
    attention = causal_softmax(random.normal(size=(2, 2, 3, 3)))
    after = causal_softmax(random.normal(size=(2, 2, 3, 3)))
    return {
        "title": "Tiny <model>",
        "tables": [
            {
                "name": "accuracy",
                "title": "Accuracy",
                "note": "95 % intervals",
                "columns": ["method", "accuracy"],
                "rows": [["vanilla", "67.0 %"], ["gac", 69.5]],
            }
        ],
        "cubes": [str(write_cube(tmp_path / "cube.h5", random.normal(size=(2, 3, 4))))],
        "groups": [str(write_groups(tmp_path / "groups.h5", [1, 2], players=2, heads_per_player=1))],
        "results": [],
        "attention_before": str(write_forward(tmp_path / "before.h5", tokens, attention)),
        "attention_after": str(write_forward(tmp_path / "after.h5", tokens, after)),
    }


def run(tmp_path, content) -> int:
    description = tmp_path / "report.json"
    description.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return main(["report", str(description), str(tmp_path / "out")])


def test_the_page_is_self_contained(tmp_path, report, capsys):
    assert run(tmp_path, report) == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip().endswith("index.html")
    references = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(ref.startswith(("data:", "#")) for ref in references)
    assert "url(" not in page and "<script" not in page
    assert page.count("data:image/svg+xml;base64,") == 4


def test_the_page_shows_the_tables_and_escapes_texts(tmp_path, report):
    run(tmp_path, report)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<h1>Tiny &lt;model&gt;</h1>" in page
    assert '<td class="text">vanilla</td>' in page
    assert '<td class="number">67.0 %</td>' in page
    assert '<th scope="col" class="number">accuracy</th>' in page
    assert "95 % intervals" in page
    assert "<dt>coalitions per layer</dt><dd>4</dd>" in page


def test_long_tables_are_folded_at_the_end(tmp_path):
    rows = [[str(layer), "{0}"] for layer in range(30)]
    table = {"title": "Groups", "note": None, "columns": ["layer", "group"], "rows": rows}
    run(tmp_path, {"title": "x", "tables": [table]})
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<summary>Groups</summary>" in page
    assert page.count("<tr>") == 31


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [
        (["67.0 %", "", None, 3], True),
        (["+0.25", "\u22120.1", "1e-05"], True),
        (["0ab3", "12"], False),
        (["0 1 2"], False),
        (["2026-11-24"], False),
        (["", None], False),
    ],
)
def test_a_column_is_numeric_if_all_its_cells_are(cells, numeric):
    assert Table("t", "", ["c"], [[cell] for cell in cells]).is_numeric(0) is numeric


def test_each_figure_is_written_as_png_too(tmp_path, report):
    run(tmp_path, report)
    names = sorted(path.name for path in (tmp_path / "out" / "figures").iterdir())
    assert names == ["attention.png", "dividend_map.png", "salient_heads.png", "sorted_dividends.png"]
    for path in (tmp_path / "out" / "figures").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")


def test_parts_that_are_not_there_are_left_out(tmp_path):
    assert run(tmp_path, {"title": "Only tables", "tables": []}) == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<img" not in page


def test_the_same_report_gives_the_same_page(tmp_path, report):
    run(tmp_path, report)
    page = tmp_path / "out" / "index.html"
    first = page.read_bytes()
    run(tmp_path, report)
    assert page.read_bytes() == first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "no JSON"),
        ("[]", "'title' is missing"),
        ({"title": "x"}, "'tables' is missing"),
        ({"title": "x", "tables": [{"title": "t", "columns": []}]}, "needs the lists"),
        ({"title": "x", "tables": [{"title": "t", "columns": ["a"], "rows": [[1, 2]]}]}, "does not fill"),
        ({"title": "x", "tables": [], "cubes": ["nowhere.h5"]}, "nowhere.h5: no such file"),
    ],
)
def test_a_bad_report_is_one_line_on_stderr(tmp_path, capsys, content, message):
    assert run(tmp_path, content) == 1
    text = capsys.readouterr().err
    assert message in text
    assert text.count("\n") == 1


def test_a_missing_report_is_one_line_on_stderr(tmp_path, capsys):
    assert main(["report", str(tmp_path / "none.json"), str(tmp_path)]) == 1
    assert "none.json: cannot be read" in capsys.readouterr().err
