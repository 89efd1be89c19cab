"""Each mistake a user can make: exit code, and a message that names the thing, the place and the remedy."""

import json
import subprocess
import time

import pytest
from program import POSITIONS, Program, write_model, write_rows

USAGE, BAD_INPUT, STORAGE = 2, 3, 4


def refused(program: Program, code: int, *words: object) -> str:
    done = program.run(*words, check=False)
    assert done.returncode == code, f"{done.returncode}: {done.stderr}"
    assert done.stderr.startswith("harsanyi: ")
    return done.stderr


def test_missing_model(program: Program):
    program.model = program.folder / "nowhere"
    assert "nowhere" in refused(program, BAD_INPUT, *program.sweep_words("c.h5"))


def test_missing_rows(program: Program):
    program.rows = program.folder / "nothing.jsonl"
    assert "nothing.jsonl" in refused(program, BAD_INPUT, *program.sweep_words("c.h5"))


def test_configuration_with_an_unknown_key_names_the_nearest(program: Program):
    (program.folder / "run.ini").write_text("sampels = 3\n", encoding="utf-8")
    text = refused(program, USAGE, *program.sweep_words("c.h5", "--config", "run.ini"))
    assert "run.ini:1" in text and "sampels" in text and "samples" in text


def test_configuration_of_the_wrong_type(program: Program):
    (program.folder / "run.ini").write_text("samples = many\n", encoding="utf-8")
    text = refused(program, USAGE, *program.sweep_words("c.h5", "--config", "run.ini"))
    assert "run.ini:1" in text and "many" in text


def test_model_folder_without_tokenizer(program: Program):
    text = refused(program, BAD_INPUT, "sweep", "--model", program.model, "--benchmark", "sst2", "--cube", "c.h5")
    assert "tokenizer.json" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokens": None}, "tokens"),
        ({"gold": 3}, "gold"),
        ({"gold": -1}, "gold"),
        ({"gold": "x"}, "gold"),
        ({"label_tokens": [7, 7, 8]}, "label"),
        ({"tokens": [1, 5000]}, "5000"),
        ({"tokens": []}, "tokens"),
        ({"tokens": [1] * (POSITIONS + 1)}, str(POSITIONS)),
    ],
)
def test_damaged_row_is_named_by_file_and_line(program: Program, change: dict, said: str):
    lines = program.rows.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[6]) | change
    lines[6] = json.dumps({key: value for key, value in row.items() if value is not None})
    program.rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = refused(program, BAD_INPUT, *program.sweep_words("c.h5"))
    assert "rows.jsonl" in text and "7" in text and said in text


def test_no_rows_at_all(program: Program):
    program.rows.write_text("", encoding="utf-8")
    assert "rows.jsonl" in refused(program, BAD_INPUT, *program.sweep_words("c.h5"))


@pytest.mark.parametrize(
    "wrong", [("--samples", "0"), ("--epsilon", "-1"), ("--epsilon", "nan"), ("--mask", "gone"), ("--threads", "-2")]
)
def test_option_out_of_range(program: Program, wrong: tuple):
    text = refused(program, USAGE, *program.sweep_words("c.h5"), *wrong)
    assert wrong[0].lstrip("-") in text and wrong[1] in text


@pytest.mark.parametrize("wrong", [("--alpha", "1.5"), ("--alpha", "-0.1"), ("--beta", "2"), ("--layers", "0-99")])
def test_calibration_out_of_range(program: Program, wrong: tuple):
    program.run(*program.sweep_words("c.h5"))
    program.run("select", "--cube", "c.h5", "--groups", "groups.h5")
    text = refused(program, USAGE, *program.evaluate_words("r.h5"), *wrong)
    assert wrong[1] in text or "99" in text


def test_cube_of_another_experiment_lists_what_differs(program: Program):
    program.run(*program.sweep_words("c.h5"))
    text = refused(program, STORAGE, *program.sweep_words("c.h5", "--epsilon", "0.5", "--seed", "7"))
    assert "epsilon: 0.5 here, 1e-05" in text and "seed: 7 here, 42" in text


def test_cube_of_other_weights_is_refused(program: Program):
    program.run(*program.sweep_words("c.h5"))
    write_model(program.model, seed=9)
    assert "weights_sha256" in refused(program, STORAGE, *program.sweep_words("c.h5"))


def test_groups_of_another_model_are_refused(program: Program):
    program.run(*program.sweep_words("c.h5"))
    program.run("select", "--cube", "c.h5", "--groups", "groups.h5")
    write_model(program.model, seed=9)
    assert "other weights" in refused(program, USAGE, *program.evaluate_words("r.h5"))


def test_unfinished_and_foreign_files_are_refused(program: Program):
    (program.folder / "text.h5").write_text("no HDF5", encoding="utf-8")
    assert "text.h5" in refused(program, STORAGE, "select", "--cube", "text.h5", "--groups", "g.h5")
    assert "missing.h5" in refused(program, STORAGE, "inspect", "missing.h5")


def test_groups_are_not_overwritten_unasked(program: Program):
    program.run(*program.sweep_words("c.h5"))
    program.run("select", "--cube", "c.h5", "--groups", "groups.h5")
    assert "overwrite" in refused(program, STORAGE, "select", "--cube", "c.h5", "--groups", "groups.h5")
    program.run("select", "--cube", "c.h5", "--groups", "groups.h5", "--overwrite")


def test_the_second_of_two_sweeps_on_one_cube_is_refused(program: Program):
    write_rows(program.rows, count=4000, seed=3)
    words = program.sweep_words("c.h5", "--samples", 4000)
    first = program.start(*words)
    deadline = time.monotonic() + 60
    while not (program.folder / "c.h5").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    text = refused(program, STORAGE, *words)
    assert first.poll() is None, "the first sweep ended too early: the test shows nothing"
    assert "c.h5" in text and "another" in text
    first.terminate()
    first.communicate(timeout=60)


@pytest.fixture
def small_disk(tmp_path_factory):
    """A file system of 128 KiB; the option list can make it read-only."""
    mounted = []

    def mount(options: str):
        folder = tmp_path_factory.mktemp("disk")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


def test_full_disk_is_found_before_work_starts(program: Program, small_disk):
    folder = small_disk("size=16k")
    text = refused(program, STORAGE, *program.sweep_words(folder / "c.h5"))
    assert "c.h5" in text
    assert list(folder.iterdir()) == []


def test_read_only_folder(program: Program, small_disk):
    folder = small_disk("size=1m,ro")
    assert "c.h5" in refused(program, STORAGE, *program.sweep_words(folder / "c.h5"))


def test_under_mpirun_one_rank_speaks_for_all(program: Program):
    program.run(*program.sweep_words("c.h5"))
    done = program.run(*program.sweep_words("c.h5", "--seed", "7"), ranks=2, check=False)
    assert done.returncode == STORAGE
    assert done.stderr.count("seed: 7 here") == 1
