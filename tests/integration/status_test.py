"""`harsanyi status` tells how far a run is, from outside, without touching the file it writes."""

import json
import signal

import pytest
from bits import digests, wait_for
from program import Program, write_rows


def status_of(program: Program, file: str) -> dict:
    return json.loads(program.run("status", file, "--json").stdout)


@pytest.mark.parametrize("ranks", [0, 2])
def test_a_finished_sweep_says_complete(program: Program, ranks: int):
    program.run(*program.sweep_words("cube.h5"), ranks=ranks)
    status = status_of(program, "cube.h5")
    assert (status["state"], status["left"], status["ranks"]) == ("complete", 0, max(ranks, 1))
    assert status["done"] == status["units"] > 0
    assert "sweep: complete" in program.run("status", "cube.h5").stdout
    assert not (program.folder / "cube.h5.status.json.partial").exists()


def test_reading_it_all_the_time_disturbs_nothing(program: Program):
    program.run(*program.sweep_words("reference.h5"))
    running = program.start(*program.sweep_words("cube.h5"), ranks=2)
    wait_for(program.folder / "cube.h5.status.json", running)
    seen = set()
    while running.poll() is None:
        seen.add(status_of(program, "cube.h5")["state"])
    assert running.wait() == 0, running.stderr.read()
    assert seen <= {"running", "complete"}
    assert digests(program.folder / "cube.h5") == digests(program.folder / "reference.h5")


def test_an_interrupted_sweep_says_so_and_a_second_one_completes_it(program: Program):
    rows = program.folder / "many_rows.jsonl"
    write_rows(rows, count=400, seed=3)
    words = ["sweep", "--model", program.model, "--benchmark", "tokens", "--calibration-rows", rows, "--samples", 400,
             "--unit-layers", 1, "--unit-coalitions", 1, "--unit-samples", 1, "--cube", "cube.h5"]  # fmt: skip
    running = program.start(*words)
    wait_for(program.folder / "cube.h5.status.json", running)
    running.send_signal(signal.SIGUSR1)
    running.communicate(timeout=60)
    assert running.returncode == 75, "the sweep was done before the signal came: make it longer"
    status = status_of(program, "cube.h5")
    assert status["state"] == "interrupted"
    assert 0 < status["left"] <= status["units"] == 4 * 8 * 400
    assert status["done"] + status["left"] == status["units"]
    program.run(*words, ranks=2)
    after = status_of(program, "cube.h5")
    assert (after["state"], after["done_before"]) == ("complete", status["done"])


def test_an_evaluation_has_one_too(program: Program):
    program.run(*program.sweep_words("cube.h5"))
    program.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    program.run(*program.evaluate_words("results.h5"))
    assert status_of(program, "results.h5")["title"] == "evaluate"
    assert status_of(program, "results.h5")["state"] == "complete"


def test_without_a_run_it_names_what_to_do(program: Program):
    done = program.run("status", "cube.h5", check=False)
    assert done.returncode == 4
    assert "harsanyi inspect cube.h5" in done.stderr
