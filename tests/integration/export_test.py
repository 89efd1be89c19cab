"""`export`: compressed copies that every reader opens and no writer continues, and tables for pandas."""

import shutil

import h5py
import harsanyi_analysis as analysis
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bits import digests
from damage import damage_value
from kinds_of_benchmarks_test import ALL, METHODS, evaluate, texts  # noqa: F401  (fixture)
from merge_test import part_words
from program import LAYERS, PLAYERS, Program

USAGE, STORAGE = 2, 4
SAMPLES, COALITIONS = 24, 2**PLAYERS


@pytest.fixture
def swept(program: Program) -> Program:
    program.run(*program.sweep_words("cube.h5"))
    return program


def refused(program: Program, *words: object, code: int = STORAGE) -> str:
    done = program.run("export", *words, check=False)
    assert done.returncode == code, done.stderr
    assert not list(program.folder.glob("*.partial"))
    return done.stderr


def test_a_copy_holds_the_same_bits_compressed(swept: Program):
    swept.run("export", "cube.h5", "copy.h5")
    assert digests(swept.folder / "copy.h5") == digests(swept.folder / "cube.h5")
    with h5py.File(swept.folder / "copy.h5") as copy, h5py.File(swept.folder / "cube.h5") as cube:
        assert copy["value"].compression == "gzip" and copy["value"].shuffle and copy["value"].chunks
        assert copy.attrs["identity_digest"] == cube.attrs["identity_digest"]
        assert copy["provenance"].attrs["export.command"].startswith(b"harsanyi export cube.h5")
        assert copy["provenance"].attrs["command"] == cube["provenance"].attrs["command"]


def test_every_reader_opens_a_copy(swept: Program):
    swept.run("export", "cube.h5", "copy.h5")
    xr.testing.assert_equal(analysis.open_cube(swept.folder / "copy.h5"), analysis.open_cube(swept.folder / "cube.h5"))
    with xr.open_dataset(swept.folder / "copy.h5", engine="h5netcdf") as copy:
        assert copy["value"].dims == ("layer", "sample", "coalition")
        assert copy["value"].sel(coalition="{0,2}").shape == (LAYERS, SAMPLES)
    said = swept.run("inspect", "copy.h5", "--require-complete", "--verify").stdout
    assert "a compressed copy" in said and "every finished unit matches" in said
    swept.run("select", "--cube", "copy.h5", "--groups", "groups.h5")
    swept.run("merge", "merged.h5", "copy.h5")
    assert digests(swept.folder / "merged.h5") == digests(swept.folder / "cube.h5")


def test_no_writer_continues_a_copy(swept: Program):
    swept.run(*part_words(swept, "part.h5", "--only-layers", "0-1"))
    said = swept.run("export", "part.h5", "copy.h5").stderr
    assert "unfinished" in said
    before = (swept.folder / "copy.h5").read_bytes()
    for command in ("sweep", "repair"):
        done = swept.run(command, *part_words(swept, "copy.h5")[1:], check=False)
        assert done.returncode == STORAGE
        assert "copy.h5: is a compressed copy" in done.stderr
    assert (swept.folder / "copy.h5").read_bytes() == before


def test_a_copy_of_results(texts: Program):  # noqa: F811
    evaluate(texts, "results.h5", *ALL, *METHODS)
    texts.run("export", "results.h5", "copy.h5")
    assert digests(texts.folder / "copy.h5") == digests(texts.folder / "results.h5")
    assert analysis.open_results(texts.folder / "copy.h5").equals(analysis.open_results(texts.folder / "results.h5"))
    assert "a compressed copy" in texts.run("inspect", "copy.h5", "--verify").stdout


def test_values_read_back_to_the_same_bits(swept: Program):
    swept.run("export", "cube.h5", "values.csv", "--format", "csv")
    frame = pd.read_csv(swept.folder / "values.csv")
    cube = analysis.open_cube(swept.folder / "cube.h5")
    columns = "layer sample benchmark row gold tokens coalition members size heads value dividend"
    assert list(frame.columns) == columns.split()
    shape = (LAYERS, SAMPLES, COALITIONS)
    assert frame["value"].to_numpy().reshape(shape).tobytes() == cube.value.values.tobytes()
    np.testing.assert_allclose(frame["dividend"].to_numpy().reshape(shape), cube.dividend, atol=1e-12)
    assert frame["coalition"][:COALITIONS].tolist() == cube.coalition.values.tolist()
    assert frame["members"][:COALITIONS].tolist() == list(range(COALITIONS))
    assert frame["heads"][5] == "0 1 4 5"  # players 0 and 2 of 3, two query heads each
    assert frame["row"][::COALITIONS][:SAMPLES].tolist() == cube.row.values.tolist()
    assert {str(frame[name].dtype) for name in ("layer", "sample", "row", "gold", "members", "size")} == {"int64"}


def test_means_and_samples(swept: Program):
    swept.run("export", "cube.h5", "means.csv", "--format", "csv", "--table", "means")
    swept.run("export", "cube.h5", "samples.csv", "--format", "csv", "--table", "samples")
    means = pd.read_csv(swept.folder / "means.csv")
    with h5py.File(swept.folder / "cube.h5") as cube:
        for name in ("value_mean", "dividend_mean", "dividend_standard_error"):
            assert means[name].to_numpy().tobytes() == cube[name][:].tobytes()
        assert set(means["samples"]) == {SAMPLES}
        samples = pd.read_csv(swept.folder / "samples.csv")
        assert samples["tokens"].tolist() == cube["sample_tokens"][:].tolist()


def test_an_unfinished_cube_gives_the_rows_that_it_has(swept: Program):
    swept.run(*part_words(swept, "part.h5", "--only-layers", "1"))
    swept.run("export", "part.h5", "values.csv", "--format", "csv")
    frame = pd.read_csv(swept.folder / "values.csv")
    assert set(frame["layer"]) == {1} and len(frame) == SAMPLES * COALITIONS
    assert "unfinished" in refused(swept, "part.h5", "means.csv", "--format", "csv", "--table", "means")


def test_answers_and_scores(texts: Program):  # noqa: F811
    evaluate(texts, "results.h5", *ALL, *METHODS)
    texts.run("export", "results.h5", "answers.csv", "--format", "csv")
    texts.run("export", "results.h5", "scores.csv", "--format", "csv", "--table", "scores")
    answers = pd.read_csv(texts.folder / "answers.csv", dtype={"gold": "Int64", "prediction": "Int64"})
    expected = analysis.open_results(texts.folder / "results.h5")
    key = ["model", "benchmark", "method", "row"]
    both = answers.merge(expected, on=key, suffixes=("", "_expected"), validate="one_to_one")
    assert len(both) == len(answers) == len(expected)
    assert (both["correct"] == both["correct_expected"].astype(bool)).all()
    labelled = both[both["answers"] != "generated_text"]
    assert (labelled["prediction"].fillna(-1) == labelled["prediction_expected"]).all()
    assert (labelled["predicted_label"].fillna("") == labelled["predicted_label_expected"].fillna("")).all()
    generated = both[both["answers"] == "generated_text"]
    np.testing.assert_array_equal(generated["f1"].astype("float32"), generated["f1_expected"])
    scores = pd.read_csv(texts.folder / "scores.csv")
    arc = scores[(scores["benchmark"] == "arc_easy") & (scores["method"] == "vanilla")]
    stored = np.concatenate(
        expected[(expected["benchmark"] == "arc_easy") & (expected["method"] == "vanilla")]["scores"]
    )
    np.testing.assert_array_equal(arc["score"].astype("float32"), stored[~np.isnan(stored)])


def test_what_cannot_be_exported_is_refused_and_leaves_nothing(swept: Program):
    shutil.copy(swept.folder / "cube.h5", swept.folder / "damaged.h5")
    damage_value(swept.folder / "damaged.h5", 1, 2, 3)
    for words in (["copy.h5"], ["values.csv", "--format", "csv"]):
        text = refused(swept, "damaged.h5", *words)
        assert "DAMAGED: 1 units" in text and "harsanyi repair" in text
        assert not (swept.folder / words[0]).exists()
    swept.run("export", "cube.h5", "values.csv", "--format", "csv")
    assert "--overwrite" in refused(swept, "cube.h5", "values.csv", "--format", "csv")
    assert "--overwrite" in refused(swept, "damaged.h5", "cube.h5")
    swept.run("export", "cube.h5", "values.csv", "--format", "csv", "--overwrite")
    assert "values, means and samples" in refused(swept, "cube.h5", "a.csv", "--format", "csv", "--table", "scores",
                                                  code=USAGE)  # fmt: skip
    assert "--format csv" in refused(swept, "cube.h5", "a.h5", "--table", "values", code=USAGE)
    assert "--out" in refused(swept, "cube.h5", code=USAGE)
