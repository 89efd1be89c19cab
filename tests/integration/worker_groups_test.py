"""Several ranks that hold one copy of a model together (--tensor-parallel): the same bits for any number of groups, of
kills and of restarts; values of one rank to 2e-4; what cannot be is refused."""

import json
import os
import random
import signal
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from bits import digests, wait_for, worst_victim
from program import PLAYERS, Program, write_model

TOGETHER = ("--tensor-parallel", PLAYERS, "--threads", 1)


@pytest.fixture
def reference(program: Program) -> dict[str, str]:
    program.run(*program.sweep_words("reference.h5", *TOGETHER), ranks=PLAYERS)
    return digests(program.folder / "reference.h5")


def dataset(file: Path, name: str) -> np.ndarray:
    with h5py.File(file) as opened:
        return opened[name][...]


def test_values_and_groups_are_those_of_one_rank(program: Program, reference):
    program.run(*program.sweep_words("alone.h5", "--threads", 1))
    apart = np.abs(dataset(program.folder / "alone.h5", "value") - dataset(program.folder / "reference.h5", "value"))
    assert apart.max() <= 2e-4
    salient = []
    for cube in ("alone", "reference"):
        program.run("select", "--cube", f"{cube}.h5", "--groups", f"{cube}_groups.h5")
        salient.append(dataset(program.folder / f"{cube}_groups.h5", "members"))
    assert np.array_equal(*salient)


def test_a_cube_has_the_same_bits_for_any_number_of_groups_and_after_kills(program: Program, reference):
    program.run(*program.sweep_words("cube.h5", *TOGETHER), ranks=2 * PLAYERS)
    assert digests(program.folder / "cube.h5") == reference

    cube = program.folder / "killed.h5"
    instants = random.Random(3)
    for _ in range(4):
        running = program.start(*program.sweep_words("killed.h5", *TOGETHER), ranks=2 * PLAYERS)
        if cube.exists():
            time.sleep(instants.uniform(0.2, 2.0))
        else:
            wait_for(cube, running)
        os.kill(worst_victim(running), signal.SIGKILL)
        running.communicate(timeout=60)
    program.run(*program.sweep_words("killed.h5", *TOGETHER), ranks=PLAYERS)
    assert digests(cube) == reference


def test_evaluations_run_on_groups(program: Program, reference):
    program.run("select", "--cube", "reference.h5", "--groups", "groups.h5")
    program.run(*program.evaluate_words("alone.h5"))
    program.run(*program.evaluate_words("together.h5", *TOGETHER), ranks=2 * PLAYERS)
    results = [dataset(program.folder / f"{name}.h5", "tiny/tokens/label_logit") for name in ("alone", "together")]
    assert np.abs(results[0] - results[1]).max() <= 1e-4


def test_group_sizes_do_not_mix(program: Program, reference):
    refused = program.run(*program.sweep_words("reference.h5"), check=False)
    assert refused.returncode == 4
    assert "numerics.tensor_parallel: absent here, 3 in the other" in refused.stderr
    assert digests(program.folder / "reference.h5") == reference


def test_a_rank_that_hangs_costs_its_group_and_not_the_job(program: Program, reference):
    words = program.sweep_words("cube.h5", *TOGETHER, "--silence-limit", 3, "--unit-deadline", 2)
    running = program.start(*words, ranks=2 * PLAYERS)
    wait_for(program.folder / "cube.h5", running)
    hanging = next(rank for rank in ranks_of(running) if rank_number(rank) == 2 * PLAYERS - 1)
    os.kill(hanging, signal.SIGSTOP)
    try:
        _, errors = running.communicate(timeout=90)
    finally:
        os.kill(hanging, signal.SIGKILL)
    # Complete without it, or stopped before the end: then the same command goes on.
    if running.returncode != 0:
        program.run(*program.sweep_words("cube.h5", *TOGETHER), ranks=PLAYERS)
    assert digests(program.folder / "cube.h5") == reference, errors


def ranks_of(launcher) -> list[int]:
    children = Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text()
    return [int(child) for child in children.split()]


def rank_number(pid: int) -> int:
    variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return int(next(v for v in variables if v.startswith(b"OMPI_COMM_WORLD_RANK=")).split(b"=")[1])


@pytest.mark.parametrize(
    ("ranks", "size", "expected"),
    [
        (4, 3, "4 ranks cannot form worker groups of 3 (--tensor-parallel); start 3 or 6 ranks"),
        (1, 3, "start 3 ranks"),
        (2, 2, "these work: 1, 3, 6"),
    ],
)
def test_worlds_and_models_that_do_not_fit_are_refused(program: Program, ranks: int, size: int, expected: str):
    refused = program.run(*program.sweep_words("cube.h5", "--tensor-parallel", size), ranks=ranks, check=False)
    assert refused.returncode == 2
    assert expected in refused.stderr
    assert not (program.folder / "cube.h5").exists()


def test_a_missing_shard_is_named(program: Program):
    index = {"weight_map": {"model.embed_tokens.weight": "model.safetensors", "model.norm.weight": "other.safetensors"}}
    (program.model / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    refused = program.run(*program.sweep_words("cube.h5", *TOGETHER), ranks=PLAYERS, check=False)
    assert refused.returncode == 3
    assert "other.safetensors" in refused.stderr


def test_a_gpu_that_is_not_there_is_refused(program: Program, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    words = program.sweep_words("cube.h5", *TOGETHER, "--device", "gpu")
    refused = program.run(*words, ranks=PLAYERS, check=False)
    assert refused.returncode == 3
    assert "sees no NVIDIA GPU" in refused.stderr


def two_models(program: Program) -> list[object]:
    other = program.folder / "other"
    other.mkdir()
    write_model(other, seed=2)
    return ["evaluate", "--model", program.model, "--model", other, "--method", "vanilla", "--benchmark", "tokens",
            "--scored-rows", program.rows, "--unit-items", 4, "--threads", 1]  # fmt: skip


def test_models_held_by_different_numbers_of_ranks_run_in_one_job(program: Program):
    words = two_models(program)
    program.run(*words, "--results", "alone.h5")
    sizes = ("--tensor-parallel", 1, "--tensor-parallel", PLAYERS)
    program.run(*words, *sizes, "--results", "mixed.h5", ranks=PLAYERS + 2)
    alone, mixed = program.folder / "alone.h5", program.folder / "mixed.h5"
    assert np.array_equal(dataset(alone, "tiny/tokens/label_logit"), dataset(mixed, "tiny/tokens/label_logit"))
    apart = np.abs(dataset(alone, "other/tokens/label_logit") - dataset(mixed, "other/tokens/label_logit"))
    assert apart.max() <= 1e-4

    refused = program.run(*words, *sizes, "--results", "mixed.h5", ranks=PLAYERS, check=False)
    assert refused.returncode == 2
    assert "3 ranks cannot form worker groups of 3 and 1 (--tensor-parallel); start 4 ranks" in refused.stderr
    refused = program.run(*words, "--results", "mixed.h5", check=False)
    assert refused.returncode == 4
    assert "other.tensor_parallel" in refused.stderr


def test_two_models_of_one_name_are_refused(program: Program):
    twin = program.folder / "elsewhere/tiny"
    twin.mkdir(parents=True)
    write_model(twin, seed=2)
    refused = program.run("evaluate", "--model", program.model, "--model", twin, "--method", "vanilla", "--benchmark",
                          "tokens", "--scored-rows", program.rows, "--results", "r.h5", *TOGETHER, ranks=PLAYERS,
                          check=False)  # fmt: skip
    assert refused.returncode == 2
    assert "two models are named 'tiny'" in refused.stderr


def test_forward_passes_are_those_of_one_rank(program: Program):
    words = ["forward", "--model", program.model, "--tokens", "5,4,3,2,1,60", "--hidden", "--attention", "--threads", 1]
    program.run(*words, "--out", "alone.h5")
    program.run(*words, "--out", "together.h5", "--tensor-parallel", PLAYERS, ranks=PLAYERS + 3)
    for name in ("logits", "hidden", "attention"):
        pair = [dataset(program.folder / f"{file}.h5", f"prompt_0/{name}") for file in ("alone", "together")]
        assert np.abs(pair[0] - pair[1]).max() <= 1e-4, name
