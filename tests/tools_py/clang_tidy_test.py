"""What decides whether a source that passed is read again. Needs a C++ compiler, not clang-tidy."""

import shutil
from pathlib import Path

import clang_tidy
import pytest
from clang_tidy import PASSED, PASSED_BEFORE, Checker, Source

COMPILER = shutil.which("c++")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A clone with one source, a stand-in for clang-tidy that counts its calls, and a checker factory."""
    if COMPILER is None:
        pytest.skip("no C++ compiler")
    root = tmp_path / "clone"
    (root / "partition").mkdir(parents=True)
    (root / "build").mkdir()
    (root / ".clang-tidy").write_text("Checks: '-*'\n")
    (root / "partition" / "a.hpp").write_text("inline int a() { return 1; }\n")
    (root / "partition" / "a.cpp").write_text('#include "a.hpp"\n')
    tool = tmp_path / "tidy"
    tool.write_text('#!/bin/sh\necho "$2" >> "$0.calls"\n[ "$1" = --version ] || [ ! -e "$0.fail" ] || exit 1\n')
    tool.chmod(0o755)
    monkeypatch.setattr(clang_tidy, "CLANG_TIDY", str(tool))
    passes = tmp_path / "passes"
    passes.mkdir()

    def check() -> str:
        clang_tidy.content_hash.cache_clear()
        source = Source(root / "partition" / "a.cpp", (COMPILER, "-O2"), root / "build")
        return Checker(root, root / "build", passes).check(source)

    return root, tool, check


def test_a_source_that_passed_is_not_read_again(project):
    _, _, check = project
    assert [check(), check()] == [PASSED, PASSED_BEFORE]


@pytest.mark.parametrize("name", ["partition/a.cpp", "partition/a.hpp", ".clang-tidy"])
def test_a_change_of_source_header_or_checks_is_read_again(project, name):
    root, _, check = project
    check()
    path = root / name
    path.write_text(path.read_text() + ("# \n" if name == ".clang-tidy" else "// a comment counts too\n"))
    assert check() == PASSED


def test_findings_are_shown_in_every_run(project):
    _, tool, check = project
    Path(f"{tool}.fail").touch()
    first, second = check(), check()
    assert first == second
    assert first.startswith("partition/a.cpp")


def test_what_clang_cannot_take_and_the_output_leave_the_command():
    entry = {
        "command": "/usr/bin/ccache /usr/bin/c++ -O2 -fno-thread-jumps -Winvalid-pch -include /b/cmake_pch.hxx "
        "-o a.o -c /r/a.cpp",
        "file": "/r/a.cpp",
    }
    assert clang_tidy.as_clang_takes_it(entry) == ("/usr/bin/c++", "-O2")
