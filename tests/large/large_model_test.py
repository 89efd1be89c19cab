"""Qwen2.5-32B as far as a small machine goes: a rank of eight loads its part of the true shapes, and four ranks compute
a masked unit of two true layers as one rank does.

HARSANYI_LARGE=1 loads all 64 layers (65 GB of holes; 8 GB of memory); else eight of them.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from checkpoints import config_of, write_checkpoint

GIB = 1 << 30
MODEL = "Qwen2.5-32B-Instruct"
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


@pytest.fixture
def build() -> Path:
    build = Path(os.environ.get("HARSANYI_BUILD", ""))
    if not (build / "bin/load_part").exists():
        pytest.skip("HARSANYI_BUILD names no build folder with bin/load_part")
    return build.absolute()


def require(memory: int, disk: int, folder: Path) -> None:
    available = next(line for line in Path("/proc/meminfo").read_text().splitlines() if "MemAvailable" in line)
    if int(available.split()[1]) * 1024 < memory:
        pytest.skip(f"less than {memory / GIB:.0f} GiB of memory are free")
    if shutil.disk_usage(folder).free < disk:
        pytest.skip(f"less than {disk / GIB:.0f} GiB of disk are free")


def is_sparse(folder: Path) -> bool:
    return all(file.stat().st_blocks * 512 < file.stat().st_size / 10 for file in folder.glob("*.safetensors"))


def test_a_rank_of_eight_loads_its_part_alone(build: Path, tmp_path: Path):
    whole = os.environ.get("HARSANYI_LARGE") == "1"
    require(memory=(10 if whole else 3) * GIB, disk=GIB, folder=tmp_path)
    config = config_of(MODEL) if whole else config_of(MODEL, num_hidden_layers=8)
    total = write_checkpoint(tmp_path, config)
    if not is_sparse(tmp_path):
        pytest.skip("this file system has no files with holes")
    for rank in (7,) if whole else (0, 7):
        words = [build / "bin/load_part", tmp_path, "8", str(rank)]
        took = json.loads(subprocess.run(words, check=True, capture_output=True, timeout=600).stdout)
        print(f"rank {rank} of 8, {config['num_hidden_layers']} layers: {took}")
        assert took["part_bytes"] == pytest.approx(total / 8, rel=0.01)
        own = took["peak_bytes"] - (0 if whole else took["before_bytes"])  # a small part is less than libtorch itself
        assert own <= 1.1 * took["part_bytes"]


def test_four_ranks_compute_what_one_computes_with_two_true_layers(build: Path, tmp_path: Path):
    require(memory=9 * GIB, disk=4 * GIB, folder=tmp_path)
    config = config_of(MODEL, num_hidden_layers=2, vocab_size=1024, eos_token_id=0)
    write_checkpoint(tmp_path / "model", config, seed=5)
    random = np.random.default_rng(6)
    prompts = [[1, 2, 3, 4, *random.integers(5, 1000, size).tolist()] for size in (12, 17)]
    rows = [{"tokens": prompt, "label_tokens": [10, 20, 900], "gold": i} for i, prompt in enumerate(prompts)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")

    cubes = {}
    for ranks in (1, 4):
        sweep(build, tmp_path, ranks)
        with h5py.File(tmp_path / f"{ranks}.h5") as cube:
            cubes[ranks] = {name: cube[name][...] for name in ("value", "unit_done")}
    done = np.isfinite(cubes[1]["value"])
    assert done.any()
    assert np.array_equal(done, np.isfinite(cubes[4]["value"]))
    assert np.abs(cubes[1]["value"] - cubes[4]["value"])[done].max() <= 2e-4


def sweep(build: Path, folder: Path, ranks: int) -> None:
    """The game of the first layer."""
    launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"]
    words = ["sweep", "--model", "model", "--benchmark", "tokens", "--calibration-rows", "rows.jsonl", "--threads", "1",
             "--only-layers", "0", "--unit-layers", "1", "--unit-coalitions", "64", "--unit-samples", "2",
             "--tensor-parallel", str(ranks), "--cube", f"{ranks}.h5"]  # fmt: skip
    done = subprocess.run([*launcher, build / "bin/harsanyi", *words], cwd=folder, env={**os.environ, **AS_ROOT},
                          text=True, capture_output=True, timeout=800)  # fmt: skip
    assert done.returncode == 0, done.stderr
    print(f"{ranks} ranks: {[line for line in done.stderr.splitlines() if 'units done' in line]}")
