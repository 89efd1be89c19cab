"""`sweep --stopping elimination`: clear layers stop early, the groups and the bits stay the same."""

import os
import random
import signal
import time

import h5py
import harsanyi_analysis as analysis
import numpy as np
import pytest
from bits import digests, wait_for, worst_victim
from program import LAYERS, Program, write_model, write_rows

SAMPLES, FIRST = 96, 16
DONE, NOT_NEEDED = 1, 2


def full_words(program: Program, cube: str, *more: object) -> list[object]:
    return program.sweep_words(cube, "--samples", SAMPLES, "--threads", 1, *more)


def stopping_words(program: Program, cube: str, *more: object) -> list[object]:
    return full_words(program, cube, "--stopping", "elimination", "--stopping-first-samples", FIRST, *more)


@pytest.fixture
def many_rows(program: Program) -> Program:
    """One label is right in every row, and players are of unequal weight, so that some layers have a clear group."""
    write_rows(program.rows, count=SAMPLES, seed=2, labels=1)
    write_model(program.model, seed=1, player_scales=(2.0, 0.1, 0.02))
    return program


@pytest.fixture
def stopped(many_rows: Program) -> Program:
    many_rows.run(*stopping_words(many_rows, "stopped.h5"))
    return many_rows


def test_units_not_needed_are_not_run_and_marked(stopped: Program):
    stopped.run("inspect", "stopped.h5", "--require-complete", "--verify")
    with h5py.File(stopped.folder / "stopped.h5") as cube:
        done, samples = cube["unit_done"][:], cube["layer_samples"][:]
        known = np.isfinite(cube["value"][:])
        assert set(done) == {DONE, NOT_NEEDED}, "no layer stopped early, or none was computed: the test shows nothing"
        assert known.any(axis=-1).sum(axis=1).tolist() == samples.tolist()
        boxes = zip(cube["unit_layers"], cube["unit_samples"], cube["unit_coalitions"], strict=True)
        for mark, ((layer, _), (first, last), (least, most)) in zip(done, boxes, strict=True):
            assert known[layer, first:last, least:most].all() == (mark == DONE)
            assert known[layer, first:last, least:most].any() == (mark == DONE)
        assert samples.min() >= FIRST


def test_coalitions_that_are_out_are_computed_no_further(stopped: Program):
    with h5py.File(stopped.folder / "stopped.h5") as cube:
        known = np.isfinite(cube["value"][:]).sum(axis=1)  # [layer, coalition] samples
        mean, samples = cube["dividend_mean"][:], cube["layer_samples"][:]
    assert (known.max(axis=1) == samples).all()
    assert (known.min(axis=1) < samples).any(), "no coalition dropped out: the test shows nothing"
    for layer, coalition in np.ndindex(mean.shape):
        subsets = [s for s in range(mean.shape[1]) if s | coalition == coalition]
        everywhere = all(known[layer, s] == samples[layer] for s in subsets)
        assert np.isfinite(mean[layer, coalition]) == everywhere


def test_the_groups_are_those_of_the_full_table(stopped: Program):
    stopped.run(*full_words(stopped, "full.h5"))
    for cube in ("full", "stopped"):
        stopped.run("select", "--cube", f"{cube}.h5", "--groups", f"{cube}_groups.h5")
    members = [analysis.open_groups(stopped.folder / f"{cube}_groups.h5")["members"] for cube in ("full", "stopped")]
    np.testing.assert_array_equal(*members)


def test_a_computed_value_is_that_of_the_full_table(stopped: Program):
    """Up to rounding: other units mean other batches."""
    stopped.run(*full_words(stopped, "full.h5"))
    with h5py.File(stopped.folder / "full.h5") as full, h5py.File(stopped.folder / "stopped.h5") as some:
        value = some["value"][:]
        known = np.isfinite(value)
        np.testing.assert_allclose(value[known], full["value"][:][known], atol=1e-4)


def test_select_says_how_many_samples_decided_each_layer(stopped: Program):
    said = stopped.run("select", "--cube", "stopped.h5", "--groups", "groups.h5").stdout
    with h5py.File(stopped.folder / "stopped.h5") as cube:
        samples = cube["layer_samples"][:]
    rows = [line.split() for line in said.splitlines()]
    assert [int(row[-1]) for row in rows if row and row[0].isdigit() and row[1].startswith("{")] == samples.tolist()
    assert f"{(samples < SAMPLES).sum()} of {LAYERS} layers were decided before all {SAMPLES} samples" in said


def test_select_by_another_rule_says_that_the_confidence_does_not_hold(stopped: Program):
    said = stopped.run("select", "--cube", "stopped.h5", "--groups", "groups.h5", "--rule", "common_of_positive")
    assert "confidence does not hold" in said.stderr


def test_python_uses_the_samples_that_there_are(stopped: Program):
    cube = analysis.open_cube(stopped.folder / "stopped.h5")
    assert cube.attrs["complete"] is True
    assert cube.attrs["units_done"] + cube.attrs["units_not_needed"] == cube.attrs["units"]
    known = np.isfinite(cube.dividend_mean)
    assert known.any("coalition").all()
    assert not known.all(), "no coalition dropped out: the test shows nothing"
    np.testing.assert_allclose(cube.dividend.mean("sample").where(known), cube.dividend_mean, atol=1e-12)
    with h5py.File(stopped.folder / "stopped.h5") as file:
        np.testing.assert_array_equal(cube["samples"], file["layer_samples"])
    release = analysis.open_cube(stopped.folder / "stopped.h5", orientation="masked")
    assert not np.isfinite(release.dividend_mean).all()


@pytest.mark.parametrize("ranks", [2, 4])
def test_the_bits_are_the_same_for_any_number_of_ranks(stopped: Program, ranks: int):
    stopped.run(*stopping_words(stopped, "cube.h5"), ranks=ranks)
    assert digests(stopped.folder / "cube.h5") == digests(stopped.folder / "stopped.h5")


@pytest.mark.parametrize("ranks", [0, 2])
def test_the_bits_are_the_same_after_kills(stopped: Program, ranks: int):
    cube = stopped.folder / "cube.h5"
    instants = random.Random(ranks)
    for _ in range(6):
        running = stopped.start(*stopping_words(stopped, "cube.h5"), ranks=ranks)
        if cube.exists():
            time.sleep(instants.uniform(0.2, 1.5))
        else:
            wait_for(cube, running)
        os.kill(worst_victim(running) if ranks else running.pid, signal.SIGKILL)
        running.communicate(timeout=60)
    assert cube.exists(), "every kill came before the cube was made: the test shows nothing"
    stopped.run(*stopping_words(stopped, "cube.h5"), ranks=ranks)
    assert digests(cube) == digests(stopped.folder / "stopped.h5")


def test_a_finished_sweep_run_again_changes_nothing(stopped: Program):
    before = (stopped.folder / "stopped.h5").read_bytes()
    time_before = (stopped.folder / "stopped.h5").stat().st_mtime_ns
    assert "not needed" in stopped.run(*stopping_words(stopped, "stopped.h5")).stdout
    assert (stopped.folder / "stopped.h5").read_bytes() == before
    assert (stopped.folder / "stopped.h5").stat().st_mtime_ns == time_before


def test_another_confidence_is_another_experiment(stopped: Program):
    words = stopping_words(stopped, "stopped.h5", "--stopping-confidence", 0.9)
    refused = stopped.run(*words, check=False)
    assert refused.returncode == 4
    assert "stopping.confidence" in refused.stderr


def test_plan_says_that_its_cost_is_the_most(many_rows: Program):
    words = stopping_words(many_rows, "cube.h5")
    planned = many_rows.run("plan", *words[1:])
    assert "looks after 16, 24, 36, 54, 81 samples" in planned.stdout
    assert "most that can be needed" in planned.stdout
