"""What the files say about where they were made: what the user gave, and nothing of the machine or the user."""

import getpass
import os
import shutil
import socket
from pathlib import Path

import h5py
from program import Program, environment

CANARY = "canary-4711-secret"


def texts_of(file: Path) -> dict[str, str]:
    """Every text in the file, attributes and data sets."""
    found = {}

    def note(place: str, value: object) -> None:
        if isinstance(value, bytes | str):
            found[place] = value.decode() if isinstance(value, bytes) else value

    def visit(name: str, thing: h5py.Group | h5py.Dataset) -> None:
        for key, value in thing.attrs.items():
            if h5py.check_dtype(ref=thing.attrs.get_id(key).dtype) is None:
                note(f"{name}@{key}", value)
        if isinstance(thing, h5py.Dataset) and thing.dtype.kind == "S":
            for index, text in enumerate(thing[()].ravel()):
                note(f"{name}[{index}]", text)

    with h5py.File(file) as opened:
        visit("/", opened)
        opened.visititems(visit)
    return found


def run(program: Program, *words: object) -> None:
    import subprocess

    secrets = {"HF_TOKEN": CANARY, "HARSANYI_TEST_SECRET": CANARY, "SLURM_JOB_ID": "4711", "USER": "canary-user"}
    subprocess.run(program.command(*words), cwd=program.folder, env={**environment(), **secrets}, check=True,
                   capture_output=True)  # fmt: skip


def test_files_hold_no_path_name_or_secret_that_the_user_did_not_give(program: Program):
    program.model, program.rows = Path("tiny"), Path("rows.jsonl")  # as a user in that folder names them
    run(program, *program.sweep_words("cube.h5"))
    run(program, "select", "--cube", "cube.h5", "--groups", "groups.h5")
    run(program, *program.evaluate_words("results.h5"))
    run(program, "forward", "--model", "tiny", "--tokens", "1,2,3", "--out", "forward.h5")
    run(program, "export", "cube.h5", "copy.h5")
    run(program, "merge", "merged.h5", "copy.h5")
    unwanted = {CANARY, "canary-user", "4711", socket.gethostname(), str(Path.home()), str(program.folder),
                str(Path.cwd()), str(Path(program.binary).parent)}  # fmt: skip
    if getpass.getuser() != "root":  # a word of its own, which texts may hold
        unwanted.add(getpass.getuser())
    for name in ("cube", "groups", "results", "forward", "copy", "merged"):
        texts = texts_of(program.folder / f"{name}.h5")
        assert any(place.endswith("@command") for place in texts), "the test looked at nothing"
        for place, text in texts.items():
            for word in unwanted:
                assert word not in text, f"{name}.h5, {place}: {text}"
            for path in text.replace("=", " ").replace("'", " ").split():
                assert not path.startswith("/"), f"{name}.h5, {place}: {path}"


def test_what_the_user_gave_is_kept(program: Program):
    shutil.copytree(program.model, program.folder / "given name")
    program.model = program.folder / "given name"
    program.run(*program.sweep_words("cube.h5"))
    texts = texts_of(program.folder / "cube.h5")
    assert str(program.model) in texts["provenance@command"]
    assert f"model = {program.model}" in texts["provenance@configuration"]
    assert os.sep not in texts["provenance@program"]
