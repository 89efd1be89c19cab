"""Commands that share no work refuse to be started several times at once, and leave nothing behind."""

import sys

import pytest
from program import Program

USAGE = 2


@pytest.mark.parametrize(
    "words",
    [
        ["merge", "whole.h5", "cube.h5"],
        ["export", "cube.h5", "values.csv", "--format", "csv"],
        ["select", "--cube", "cube.h5", "--groups", "groups.h5"],
        ["report", "--cube", "cube.h5", "--out", "report", "--python", sys.executable],
    ],
    ids=lambda words: words[0],
)
def test_several_ranks_are_refused_once_and_write_nothing(program: Program, words: list[str]):
    program.run(*program.sweep_words("cube.h5"))
    before = sorted(path.name for path in program.folder.iterdir())
    done = program.run(*words, ranks=2, check=False)
    assert done.returncode == USAGE, done.stderr
    assert done.stderr.count(f"'{words[0]}' is the work of one process") == 1
    assert sorted(path.name for path in program.folder.iterdir()) == before
    program.run(*words)
