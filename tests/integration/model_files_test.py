"""`--verify`: the files of a model are compared with their SHA-256 before anything is computed."""

import hashlib
import shutil

import h5py
import pytest
from damage import flip_byte
from program import Program

USAGE, BAD_INPUT = 2, 3


def sha256(file) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_list(program: Program, binary: bool = False) -> None:
    mark = "*" if binary else " "
    files = sorted(program.model.glob("*.*"))
    lines = [f"{sha256(file)} {mark}{file.name}\n" for file in files]
    (program.model / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def refused(program: Program, *words: object) -> str:
    done = program.run(*words, check=False)
    assert done.returncode == BAD_INPUT, done.stderr
    return done.stderr


def test_matching_files_are_swept_as_ever(program: Program):
    write_list(program)
    program.run(*program.sweep_words("cube.h5", "--verify"))
    program.run(*program.sweep_words("plain.h5"))
    with h5py.File(program.folder / "cube.h5") as cube, h5py.File(program.folder / "plain.h5") as plain:
        assert cube.attrs["identity_digest"] == plain.attrs["identity_digest"]


@pytest.mark.parametrize("binary", [False, True])
def test_a_changed_file_is_named_with_both_digests(program: Program, binary: bool):
    write_list(program, binary)
    weights = program.model / "model.safetensors"
    good = sha256(weights)
    flip_byte(weights, weights.stat().st_size - 5)
    text = refused(program, *program.sweep_words("cube.h5", "--verify"))
    assert "model.safetensors" in text and good in text and sha256(weights) in text
    assert "SHA256SUMS" in text and "download it again" in text
    assert not (program.folder / "cube.h5").exists()
    doctor = program.run("doctor", "--model", program.model, "--verify", check=False)
    assert doctor.returncode == BAD_INPUT and good in doctor.stdout


def test_a_changed_configuration_is_found_too(program: Program):
    write_list(program)
    config = program.model / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert "config.json" in refused(program, *program.sweep_words("cube.h5", "--verify"))


def test_evaluations_verify_every_model(program: Program):
    program.run(*program.sweep_words("cube.h5"))
    program.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    assert "SHA256SUMS" in refused(program, *program.evaluate_words("results.h5", "--verify"))
    assert not (program.folder / "results.h5").exists()
    write_list(program)
    program.run(*program.evaluate_words("results.h5", "--verify"))


def test_a_folder_without_digests_says_how_to_make_them(program: Program):
    text = refused(program, *program.sweep_words("cube.h5", "--verify"))
    assert "model.safetensors" in text and "sha256sum *.safetensors" in text


def test_a_list_that_is_none_is_named_by_line(program: Program):
    write_list(program)
    listing = program.model / "SHA256SUMS"
    listing.write_text(listing.read_text(encoding="utf-8") + "# a comment\n", encoding="utf-8")
    assert "SHA256SUMS:3" in refused(program, *program.sweep_words("cube.h5", "--verify"))


def test_the_metadata_of_a_download_will_do(program: Program):
    """As `hf download --local-dir` leaves them: commit, etag, time. Small files have a git hash as etag."""
    folder = program.model / ".cache/huggingface/download"
    folder.mkdir(parents=True)
    weights = program.model / "model.safetensors"
    for name, etag in ((weights.name, sha256(weights)), ("config.json", "a" * 40)):
        (folder / f"{name}.metadata").write_text(f"{'0' * 40}\n{etag}\n1700000000.5\n", encoding="utf-8")
    said = program.run("doctor", "--model", program.model, "--verify", check=False).stdout
    assert "as their SHA-256 says: model.safetensors" in said and "nothing to compare with: config.json" in said
    flip_byte(weights, weights.stat().st_size - 5)
    assert "model.safetensors.metadata" in refused(program, *program.sweep_words("cube.h5", "--verify"))


def test_links_into_the_cache_will_do(program: Program):
    blobs = program.folder / "hub/blobs"
    blobs.mkdir(parents=True)
    weights = program.model / "model.safetensors"
    blob = blobs / sha256(weights)
    shutil.move(weights, blob)
    weights.symlink_to(blob)
    program.run(*program.sweep_words("cube.h5", "--verify"))
    flip_byte(blob, blob.stat().st_size - 5)
    assert "hub/blobs" in refused(program, *program.sweep_words("other.h5", "--verify"))


def test_doctor_needs_a_model_to_verify(program: Program):
    done = program.run("doctor", "--verify", check=False)
    assert done.returncode == USAGE and "--model" in done.stderr
