import io
import json
import tarfile
from collections import Counter

import make_sentences as sentences
import pytest
from common import ToolError
from make_sentences import Choice, Row


def ratings_of(rows) -> str:
    return "".join(f"{i}\t{rating}\t{text}\r\n" for i, (rating, text) in enumerate(rows, start=1))


@pytest.fixture
def ratings():
    movies = [(2.0 - 4.0 * (i % 2), f"film {i}") for i in range(40)] + [(3.0, f"good {i}") for i in range(5)]
    tweets = [(1.5, "yay"), (-1.5, "nay"), (0.2, "so so")]
    return {"movies": ratings_of(movies), "tweets": ratings_of(tweets)}


def test_neutral_sentences_are_left_out_by_their_mean_rating():
    rows = sentences.read_ratings("movies", ratings_of([(1.0, "a"), (0.99, "b"), (-1.0, "c"), (-0.5, "d")]), 1.0)
    assert [(row.text, row.label, row.id) for row in rows] == [("a", 1, "1"), ("c", 0, "3")]


def test_texts_lose_entities_and_runs_of_blanks():
    rows = sentences.read_ratings("tweets", ratings_of([(2.0, " love  &amp; peace ")]), 1.0)
    assert rows[0].text == "love & peace"


@pytest.mark.parametrize("line", ["1\tgood\ttext", "1\t2.0", "no tabs"])
def test_a_line_of_another_form_is_named_by_file_and_number(line):
    with pytest.raises(ToolError, match=r"tweets_GroundTruth\.txt:2"):
        sentences.read_ratings("tweets", f"1\t2.0\tfine\n{line}\n", 1.0)


def test_doubles_are_kept_once_and_contradictions_not_at_all():
    rows = [Row("Good", 1, "movies", "1"), Row("good", 1, "movies", "2"), Row("odd", 1, "movies", "3")]
    rows.append(Row("odd", 0, "tweets", "4"))
    assert [row.id for row in sentences.without_doubles(rows)] == ["1"]


def test_each_source_has_as_many_rows_of_either_label(ratings):
    rows = sentences.choose(ratings, Choice(sources=("movies", "tweets")))
    assert Counter((row.source, row.label) for row in rows) == {
        ("movies", 0): 20,
        ("movies", 1): 20,
        ("tweets", 0): 1,
        ("tweets", 1): 1,
    }


def test_parts_are_disjoint_balanced_and_complete(ratings):
    choice = Choice(calibration_rows=10)
    rows = sentences.choose(ratings, choice)
    calibration, scored = sentences.split(rows, choice)
    assert Counter(row.label for row in calibration) == {0: 5, 1: 5}
    assert Counter(row.label for row in scored) == {0: 15, 1: 15}
    assert not {row.text for row in calibration} & {row.text for row in scored}
    assert {row.text for row in calibration + scored} == {row.text for row in rows}


def test_the_seed_decides_the_order_and_nothing_else_does(ratings):
    first = sentences.choose(ratings, Choice(seed=1))
    assert first == sentences.choose(dict(reversed(ratings.items())), Choice(seed=1))
    assert first != sentences.choose(ratings, Choice(seed=2))


@pytest.mark.parametrize("count", [0, 1, 40, 100])
def test_a_calibration_part_that_is_empty_or_takes_all_is_refused(ratings, count):
    choice = Choice(calibration_rows=count)
    with pytest.raises(ToolError, match="--calibration-rows"):
        sentences.split(sentences.choose(ratings, choice), choice)


@pytest.mark.parametrize("text", ["films", "movies,movies", ""])
def test_unknown_and_repeated_sources_are_refused(text):
    with pytest.raises(ToolError, match="--sources"):
        sentences.parse_sources(text)


@pytest.fixture
def written(tmp_path, ratings):
    choice = Choice(calibration_rows=10)
    parts = sentences.split(sentences.choose(ratings, choice), choice)
    sentences.write(tmp_path / "sentences", choice, *parts, b"MIT")
    return tmp_path / "sentences", choice


def test_rows_have_the_field_names_of_the_benchmark(written):
    folder, _ = written
    rows = [json.loads(line) for line in (folder / "scored.jsonl").read_text().splitlines()]
    assert len(rows) == 30
    assert all(list(row) == ["text", "label", "source", "id"] for row in rows)


def test_a_written_folder_is_finished_for_its_own_choice_alone(written):
    folder, choice = written
    assert sentences.is_finished(folder, choice)
    assert not sentences.is_finished(folder, Choice(calibration_rows=12))
    (folder / "scored.jsonl").write_text("{}\n")
    assert not sentences.is_finished(folder, choice)


def test_the_archive_is_read_through_both_layers(tmp_path):
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as archive:
        for name in sentences.SOURCES.values():
            add(archive, f"hutto_ICWSM_2014/{name}", b"1\t2.0\tfine\r\n")
    with tarfile.open(tmp_path / "v.tar.gz", "w:gz") as archive:
        add(archive, sentences.LICENCE, b"MIT")
        add(archive, sentences.RATINGS, inner.getvalue())
    contents, licence = sentences.read_archive(tmp_path / "v.tar.gz")
    assert set(contents) == set(sentences.SOURCES)
    assert licence == b"MIT"


def add(archive, name, content) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def test_another_archive_is_refused(tmp_path):
    (tmp_path / "v.tar.gz").write_bytes(b"no archive")
    with pytest.raises(ToolError, match="not the expected archive"):
        sentences.read_archive(tmp_path / "v.tar.gz")


def test_the_first_scored_rows_are_no_run_of_one_label():
    rows = [Row(f"good {i}", 1, "movies", f"p{i}") for i in range(40)]
    rows += [Row(f"bad {i}", 0, "movies", f"n{i}") for i in range(40)]
    _, scored = sentences.split(rows, Choice(calibration_rows=10))
    assert {row.label for row in scored[:8]} == {0, 1}
