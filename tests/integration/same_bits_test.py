"""The finished files hold the same bits for any number of ranks, any order of completion and any interruption."""

import os
import random
import re
import signal
import time

import h5py
import pytest
from bits import digests, wait_for, worst_victim
from program import Program


@pytest.fixture
def reference(program: Program) -> dict[str, str]:
    program.run(*program.sweep_words("reference.h5", "--threads", 1))
    return digests(program.folder / "reference.h5")


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_a_cube_has_the_same_bits_for_any_number_of_ranks(program: Program, reference, ranks: int):
    program.run(*program.sweep_words("cube.h5"), ranks=ranks)
    assert digests(program.folder / "cube.h5") == reference


def test_a_cube_has_the_same_bits_for_two_threads(program: Program, reference):
    program.run(*program.sweep_words("cube.h5", "--threads", 2))
    assert digests(program.folder / "cube.h5") == reference


def test_results_have_the_same_bits_for_any_number_of_ranks(program: Program):
    program.run(*program.sweep_words("cube.h5"))
    program.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    program.run(*program.evaluate_words("one.h5"))
    for ranks in (2, 4):
        program.run(*program.evaluate_words(f"{ranks}.h5"), ranks=ranks)
        assert digests(program.folder / f"{ranks}.h5") == digests(program.folder / "one.h5")


@pytest.mark.parametrize("ranks", [0, 2])
def test_a_cube_has_the_same_bits_after_kills(program: Program, reference, ranks: int):
    cube = program.folder / "cube.h5"
    instants = random.Random(ranks)
    for _ in range(6):
        running = program.start(*program.sweep_words("cube.h5"), ranks=ranks)
        if cube.exists():
            time.sleep(instants.uniform(0.2, 1.5))
        else:  # the first one is killed as soon as there is something to lose
            wait_for(cube, running)
        victim = worst_victim(running) if ranks else running.pid
        os.kill(victim, signal.SIGKILL)
        running.communicate(timeout=60)
    assert cube.exists(), "every kill came before the cube was made: the test shows nothing"
    program.run(*program.sweep_words("cube.h5"), ranks=ranks)
    assert digests(cube) == reference


def test_a_finished_sweep_run_again_changes_nothing(program: Program, reference):
    before = (program.folder / "reference.h5").read_bytes()
    time_before = (program.folder / "reference.h5").stat().st_mtime_ns
    done = program.run(*program.sweep_words("reference.h5"))
    assert "complete" in done.stdout
    assert (program.folder / "reference.h5").read_bytes() == before
    assert (program.folder / "reference.h5").stat().st_mtime_ns == time_before, "scripts would redo what follows"


def test_units_that_are_damaged_on_the_disk_are_computed_again(program: Program, reference):
    program.run(*program.sweep_words("cube.h5"))
    with h5py.File(program.folder / "cube.h5", "r+") as cube:
        cube["complete"][()] = 0
        cube["value"][1, 5, 3] += 1e-9
    again = program.run(*program.sweep_words("cube.h5"))
    assert "1 of its units are damaged" in again.stderr
    place = re.search(
        r"again: unit \d+ \(layers (\d+)-(\d+), coalitions (\d+)-(\d+), samples (\d+)-(\d+)\)", again.stderr
    )
    first_layer, last_layer, first_coalition, last_coalition, first_sample, last_sample = map(int, place.groups())
    assert (
        first_layer <= 1 <= last_layer and first_sample <= 5 <= last_sample and first_coalition <= 3 <= last_coalition
    )
    assert digests(program.folder / "cube.h5") == reference


def test_an_interrupted_sweep_keeps_its_units_and_says_so(program: Program, reference):
    running = program.start(*program.sweep_words("cube.h5", "--samples", 24))
    cube = program.folder / "cube.h5"
    wait_for(cube, running)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode in (130, 0)  # 0: all units were done before the signal came
    if running.returncode == 130:
        assert program.run("inspect", "cube.h5", "--require-complete", check=False).returncode == 5
    program.run(*program.sweep_words("cube.h5"))
    assert digests(cube) == reference
