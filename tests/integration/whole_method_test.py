"""From rows to report files: each command reads what the one before it wrote, and Python reads them all."""

import sys

import h5py
import harsanyi_analysis as analysis
import numpy as np
import pytest
from program import LAYERS, PLAYERS, Program, write_model


@pytest.fixture
def finished(program: Program) -> Program:
    program.run(*program.sweep_words("cube.h5"))
    program.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    program.run(
        *program.evaluate_words("results.h5", "--method", "vanilla", "--method", "gac", "--method", "all_heads")
    )
    return program


def test_every_file_is_complete_and_verified(finished: Program):
    for file in ("cube.h5", "results.h5"):
        finished.run("inspect", file, "--require-complete", "--verify")
    assert "{" in finished.run("inspect", "groups.h5").stdout


def test_the_python_package_reads_what_the_program_wrote(finished: Program):
    with analysis.open_cube(finished.folder / "cube.h5") as cube:
        assert cube.value.dims == ("layer", "sample", "coalition")
        assert cube.value.shape == (LAYERS, 24, 2**PLAYERS)
        assert bool(np.isfinite(cube.value).all())
        # The dividends of C++ and of Python are one transform written twice.
        np.testing.assert_allclose(cube.dividend.mean("sample"), cube.dividend_mean, atol=1e-12)
        # Efficiency: the dividends of a game add up to the value of the grand coalition.
        np.testing.assert_allclose(cube.dividend.sum("coalition"), cube.value.isel(coalition=-1), atol=1e-12)
    groups = analysis.open_groups(finished.folder / "groups.h5")
    assert groups.sizes["layer"] == LAYERS
    results = analysis.open_results(finished.folder / "results.h5")
    assert set(results["method"]) == {"vanilla", "gac", "all_heads"}


def test_a_salient_group_is_the_arg_max_of_the_mean_dividends(finished: Program):
    with h5py.File(finished.folder / "cube.h5") as cube, h5py.File(finished.folder / "groups.h5") as groups:
        mean = cube["dividend_mean"][:]
        assert groups["members"][:].tolist() == (1 + mean[:, 1:].argmax(axis=1)).tolist()


def test_the_grand_coalition_is_the_unmodified_model_of_the_evaluation(finished: Program):
    """Two engines' paths to one number: the sweep's trunk, and a vanilla evaluation."""
    with h5py.File(finished.folder / "cube.h5") as cube, h5py.File(finished.folder / "results.h5") as results:
        rows, grand = cube["sample_row"][:], cube["value"][0, :, -1]
        logits = results["tiny/tokens/label_logit"][0]
        gold = results["tiny/tokens/gold"][:]
    for sample, row in enumerate(rows):
        others = np.delete(logits[row].astype(float), gold[row])
        expected = logits[row][gold[row]] - np.log(np.exp(others).sum())
        assert grand[sample] == pytest.approx(expected, abs=1e-4)


def test_forward_masks_one_layer_as_the_sweep_does(finished: Program):
    finished.run("forward", "--model", finished.model, "--rows", finished.rows, "--mask", "2:{0,2}", "--out", "f.h5",
                 "--last-only")  # fmt: skip
    with h5py.File(finished.folder / "f.h5") as forward, h5py.File(finished.folder / "cube.h5") as cube:
        for sample, row in enumerate(cube["sample_row"][:]):
            logits = forward[f"prompt_{row}/logits"][-1].astype(float)[[10, 20, 30]]
            gold = cube["sample_gold"][sample]
            expected = logits[gold] - np.log(np.exp(np.delete(logits, gold)).sum())
            assert cube["value"][2, sample, 0b101] == pytest.approx(expected, abs=1e-4)


def test_report_makes_a_page_with_tables_and_figures(finished: Program):
    words = ["forward", "--model", finished.model, "--tokens", "5,4,3,2,1,50,60,70", "--attention"]
    finished.run(*words, "--out", "before.h5")
    finished.run(*words, "--calibrate", "--groups", "groups.h5", "--out", "after.h5")
    attention = ["--attention-before", "before.h5", "--attention-after", "after.h5"]
    files = ["--cube", "cube.h5", "--groups", "groups.h5", "--results", "results.h5", *attention]
    finished.run("report", *files, "--out", "report", "--python", sys.executable)
    page = (finished.folder / "report/index.html").read_text(encoding="utf-8")
    assert "McNemar" in page
    assert page.count("data:image") + page.count("<svg") >= 4
    assert (finished.folder / "report/accuracy.csv").exists()
    assert list((finished.folder / "report/figures").glob("*.png"))


def test_two_models_share_one_evaluation(finished: Program):
    other = finished.folder / "other"
    other.mkdir()
    write_model(other, seed=5)
    finished.model, first = other, finished.model
    finished.run(*finished.sweep_words("other.h5"))
    finished.run("select", "--cube", "other.h5", "--groups", "other_groups.h5")
    words = ["evaluate", "--model", first, "--groups", "groups.h5", "--model", other, "--groups", "other_groups.h5"]
    words += ["--benchmark", "tokens", "--scored-rows", finished.rows, "--unit-items", 4, "--results", "both.h5"]
    finished.run(*words, ranks=2)
    results = analysis.open_results(finished.folder / "both.h5")
    assert sorted(set(results["model"])) == ["other", "tiny"]
    with h5py.File(finished.folder / "both.h5") as both, h5py.File(finished.folder / "results.h5") as alone:
        scored = both["tiny/tokens/label_logit"][:]
        np.testing.assert_array_equal(scored[0], alone["tiny/tokens/label_logit"][0, : scored.shape[1]])
        assert not np.array_equal(scored, both["other/tokens/label_logit"][:])


def test_groups_selected_again_continue_the_same_evaluation(finished: Program):
    finished.run("select", "--cube", "cube.h5", "--groups", "groups.h5", "--overwrite")
    words = finished.evaluate_words("results.h5", "--method", "vanilla", "--method", "gac", "--method", "all_heads")
    assert "complete" in finished.run(*words).stdout
