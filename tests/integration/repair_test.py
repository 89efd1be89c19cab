"""Damage is found, named and repaired: `inspect --verify`, `repair`, `repair results`."""

import os
import random
import re
import shutil
import signal
import time
from pathlib import Path

import h5py
import pytest
from bits import digests, worst_victim
from damage import byte_of, damage_value, flip_byte, unit_at
from program import Program
from stopping_test import many_rows, stopped, stopping_words  # noqa: F401  (fixtures)

STORAGE = 4
PLACES = [(0, 0, 0), (1, 9, 5), (3, 23, 7)]  # layer, sample, coalition


def repair_words(program: Program, cube: str, *more: object) -> list[object]:
    return ["repair", *program.sweep_words(cube, *more)[1:]]


@pytest.fixture
def swept(program: Program) -> Program:
    program.run(*program.sweep_words("cube.h5"))
    shutil.copy(program.folder / "cube.h5", program.folder / "whole.h5")
    return program


@pytest.fixture
def damaged(swept: Program) -> Program:
    for place in PLACES:
        damage_value(swept.folder / "cube.h5", *place)
    return swept


def bytes_of(program: Program, name: str) -> bytes:
    return (program.folder / name).read_bytes()


def test_verify_names_the_place_of_every_damaged_unit(damaged: Program):
    said = damaged.run("inspect", "cube.h5", "--verify", check=False)
    assert said.returncode == STORAGE
    assert "DAMAGED: 3 units" in said.stdout
    for layer, sample, coalition in PLACES:
        unit = unit_at(damaged.folder / "cube.h5", layer, sample, coalition)
        first = sample - sample % 4
        assert f"unit {unit} (layers {layer}-{layer}, " in said.stdout
        assert re.search(rf"unit {unit} .*samples {first}-{first + 3}\)", said.stdout)
    assert damaged.run("inspect", "whole.h5", "--verify").stdout.endswith("matches its checksum\n")


def test_the_command_that_verify_names_repairs_the_cube_bit_for_bit(damaged: Program):
    said = damaged.run("inspect", "cube.h5", "--verify", check=False).stdout
    (command,) = re.findall("compute it again: harsanyi (repair .*)", said)
    done = damaged.run(*command.split())
    assert "repaired: 3 units computed again; every finished unit matches" in done.stdout
    units = damaged.run("inspect", "cube.h5").stdout
    (all_units,) = re.findall(r"units: (\d+) of \1 done, complete", units)
    assert f"({int(all_units) - 3} in earlier runs)" in done.stderr, "others were computed again"
    assert bytes_of(damaged, "cube.h5") == bytes_of(damaged, "whole.h5")


def test_repair_works_with_several_ranks(damaged: Program):
    damaged.run(*repair_words(damaged, "cube.h5"), ranks=2)
    assert digests(damaged.folder / "cube.h5") == digests(damaged.folder / "whole.h5")


def test_a_dry_run_lists_and_changes_nothing(damaged: Program):
    before = bytes_of(damaged, "cube.h5")
    said = damaged.run(*repair_words(damaged, "cube.h5", "--dry-run")).stdout
    assert "DAMAGED: 3 units" in said and "would compute 3 units again" in said
    assert bytes_of(damaged, "cube.h5") == before


def test_a_sound_cube_is_left_alone(swept: Program):
    time_before = (swept.folder / "cube.h5").stat().st_mtime_ns
    assert "nothing to repair" in swept.run(*repair_words(swept, "cube.h5")).stdout
    assert (swept.folder / "cube.h5").stat().st_mtime_ns == time_before


def test_damaged_means_are_found_and_computed_again(swept: Program):
    cube = swept.folder / "cube.h5"
    flip_byte(cube, byte_of(cube, "dividend_mean", 2, 3) + 6)
    said = swept.run("inspect", "cube.h5", "--verify", check=False)
    assert said.returncode == STORAGE
    assert "the means of layers 2 are not those of the values" in said.stdout
    swept.run(*repair_words(swept, "cube.h5"))
    assert bytes_of(swept, "cube.h5") == bytes_of(swept, "whole.h5")


def wait_until_marks_are_taken_back(running, cube: Path) -> None:
    """The completion mark goes first."""
    mark = byte_of(cube, "complete")
    deadline = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < deadline:
        with cube.open("rb") as file:
            file.seek(mark)
            if file.read(1) == b"\0":
                return
        time.sleep(0.002)


@pytest.mark.parametrize("ranks", [0, 2])
def test_kills_during_a_repair_are_harmless(damaged: Program, ranks: int):
    cube = damaged.folder / "cube.h5"
    instants = random.Random(ranks)
    for kill in range(1 if ranks else 5):
        running = damaged.start(*repair_words(damaged, "cube.h5"), ranks=ranks)
        if kill == 0:
            wait_until_marks_are_taken_back(running, cube)
        else:
            time.sleep(instants.uniform(0.1, 1.2))
        os.kill(worst_victim(running) if ranks else running.pid, signal.SIGKILL)
        running.communicate(timeout=60)
        if kill == 0:
            assert running.returncode != 0, "the kill came too late: the test shows nothing"
    damaged.run(*repair_words(damaged, "cube.h5"), ranks=ranks)
    assert digests(cube) == digests(damaged.folder / "whole.h5")


def test_a_sweep_goes_on_where_a_repair_was_stopped(damaged: Program):
    """What a repair leaves between its first and its last write is an unfinished cube like any other."""
    with h5py.File(damaged.folder / "cube.h5", "r+") as cube:
        cube["complete"][()] = 0
        for place in PLACES:
            cube["unit_done"][unit_at(damaged.folder / "whole.h5", *place)] = 0
    damaged.run(*damaged.sweep_words("cube.h5"))
    assert digests(damaged.folder / "cube.h5") == digests(damaged.folder / "whole.h5")


def test_a_repair_that_was_stopped_before_its_last_write_is_completed(swept: Program):
    with h5py.File(swept.folder / "cube.h5", "r+") as cube:
        cube["complete"][()] = 0
    swept.run(*repair_words(swept, "cube.h5"))
    assert digests(swept.folder / "cube.h5") == digests(swept.folder / "whole.h5")


def test_a_cube_of_another_experiment_is_not_touched(damaged: Program):
    before = bytes_of(damaged, "cube.h5")
    done = damaged.run(*repair_words(damaged, "cube.h5", "--seed", 7), check=False)
    assert done.returncode == STORAGE
    assert "seed: 7 here, 42" in done.stderr
    assert bytes_of(damaged, "cube.h5") == before


def test_a_cube_that_is_not_there_is_not_made(swept: Program):
    done = swept.run(*repair_words(swept, "none.h5"), check=False)
    assert done.returncode == STORAGE and "none.h5" in done.stderr
    assert not (swept.folder / "none.h5").exists()


def test_a_cube_cut_short_is_a_clear_error(swept: Program):
    cube = swept.folder / "cube.h5"
    cube.write_bytes(cube.read_bytes()[:-4096])
    for words in (["inspect", "cube.h5", "--verify"], repair_words(swept, "cube.h5")):
        done = swept.run(*words, check=False)
        assert done.returncode == STORAGE
        assert "cube.h5" in done.stderr and "damaged or cut short" in done.stderr


def test_a_cube_that_stopped_early_is_repaired_bit_for_bit(stopped: Program):  # noqa: F811
    cube = stopped.folder / "stopped.h5"
    before = cube.read_bytes()
    damage_value(cube, 0, 1, 2)
    damage_value(cube, 1, 0, 7)
    stopped.run("repair", *stopping_words(stopped, "stopped.h5")[1:])
    assert cube.read_bytes() == before


def test_damaged_results_are_found_and_repaired(swept: Program):
    swept.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    swept.run(*swept.evaluate_words("results.h5"))
    results = swept.folder / "results.h5"
    before = results.read_bytes()
    flip_byte(results, byte_of(results, "tiny/tokens/label_logit", 1, 5, 2) + 2)
    said = swept.run("inspect", "results.h5", "--verify", check=False)
    assert said.returncode == STORAGE
    assert re.search(r"DAMAGED: 1 units .*\n +unit \d+ \(tokens on tiny, gac, items 4-7\)", said.stdout)
    (command,) = re.findall("compute it again: harsanyi (repair results .*)", said.stdout)
    assert "repaired: 1 units computed again" in swept.run(*command.split()).stdout
    assert results.read_bytes() == before
