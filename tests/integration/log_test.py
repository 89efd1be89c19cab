"""--log-format, --log-file, --log-level: lines for programs, a file for every rank."""

import json
from datetime import datetime

import h5py
from program import Program

USAGE, STORAGE = 2, 4


def objects_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_have_time_rank_and_unit_in_a_file_of_every_rank(program: Program):
    done = program.run(*program.sweep_words("cube.h5", "--log-format", "json", "--log-level", "debug", "--log-file",
                                            "logs/{rank}.jsonl"), ranks=2)  # fmt: skip
    shown = objects_of(done.stderr)
    assert shown, "progress and the summary"
    assert {line["rank"] for line in shown} == {0}
    units = set()
    for rank in (0, 1):
        lines = objects_of((program.folder / f"logs/{rank}.jsonl").read_text(encoding="utf-8"))
        assert f"rank {rank} of 2" in lines[0]["message"]
        for line in lines:
            assert datetime.fromisoformat(line["time"]).tzinfo is not None
            assert (line["rank"], line["command"]) == (rank, "sweep")
        units |= {line["unit"] for line in lines if line["message"].startswith("computed in")}
    with h5py.File(program.folder / "cube.h5") as cube:
        assert len(units) == len(cube["unit_done"])


def test_text_lines_have_them_too(program: Program):
    done = program.run(*program.sweep_words("cube.h5", "--log-file", "log.txt"), ranks=2)
    lines = (program.folder / "log.txt").read_text(encoding="utf-8").splitlines()
    assert "rank 0 info: sweep begins: rank 0 of 2" in lines[0]
    for line in done.stderr.splitlines():
        datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S")
        assert " rank 0 info: sweep: " in line


def test_an_error_is_a_line_of_the_log_too(program: Program):
    program.rows = program.folder / "nothing.jsonl"
    words = program.sweep_words("c.h5", "--log-format", "json", "--log-file", "log.jsonl")
    done = program.run(*words, check=False)
    assert done.returncode == 3
    (line,) = objects_of(done.stderr)
    assert line["level"] == "error" and "nothing.jsonl" in line["message"]
    assert objects_of((program.folder / "log.jsonl").read_text(encoding="utf-8"))[-1]["message"] == line["message"]


def test_a_log_that_cannot_be_written_is_named(program: Program):
    (program.folder / "file").write_text("no folder", encoding="utf-8")
    done = program.run(*program.sweep_words("c.h5", "--log-file", "file/log.txt"), check=False)
    assert done.returncode == STORAGE
    assert "file/log.txt" in done.stderr


def test_a_log_of_one_rank_that_cannot_be_written_ends_the_job(program: Program):
    """Before MPI has started: the other ranks must not wait for this one."""
    for name, rank in (("none/log.txt", 0), ("logs{rank}/log.txt", 1)):
        (program.folder / "none").write_text("no folder", encoding="utf-8")
        (program.folder / "logs1").write_text("no folder", encoding="utf-8")
        done = program.run(*program.sweep_words("c.h5", "--log-file", name), ranks=2, check=False, timeout=60)
        assert done.returncode == STORAGE, done.stderr
        assert f"harsanyi (rank {rank}): cannot write the log" in done.stderr
        assert not (program.folder / "c.h5").exists()
