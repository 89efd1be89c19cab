"""The demo's model, three key/value heads, held by three ranks and by six: as by one."""

import json
import os
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harsanyi"


@pytest.fixture
def harsanyi() -> Path:
    program = Path(os.environ.get("HARSANYI_BUILD", ""), "bin/harsanyi")
    if not program.exists():
        pytest.skip("HARSANYI_BUILD names no build folder with bin/harsanyi")
    return program.absolute()


@pytest.fixture
def model() -> Path:
    model = Path(os.environ.get("HARSANYI_DEMO_MODEL") or CACHE / "models/smollm2-135m-instruct")
    if not (model / "model.safetensors").exists():
        pytest.skip(f"no model in {model}; ./demo.sh fetches it")
    return model


def test_three_and_six_ranks_compute_what_one_computes(harsanyi: Path, model: Path, tmp_path: Path):
    random = np.random.default_rng(7)
    prompt = random.integers(100, 40000, 24).tolist()
    row = {"tokens": prompt, "label_tokens": [200, 300], "gold": 1}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    value, members = {}, {}
    for ranks in (1, 3, 6):
        words = ["--model", model, "--benchmark", "tokens", "--calibration-rows", "rows.jsonl", "--samples", "1",
                 "--threads", "1", "--tensor-parallel", str(ranks), "--cube", f"{ranks}.h5"]  # fmt: skip
        launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"]
        run([*launcher, harsanyi, "sweep", *words], tmp_path)
        run([harsanyi, "select", "--cube", f"{ranks}.h5", "--groups", f"{ranks}_groups.h5"], tmp_path)
        with h5py.File(tmp_path / f"{ranks}.h5") as cube, h5py.File(tmp_path / f"{ranks}_groups.h5") as groups:
            value[ranks], members[ranks] = cube["value"][...], groups["members"][...]
    for ranks in (3, 6):
        assert np.abs(value[ranks] - value[1]).max() <= 2e-4
        assert np.array_equal(members[ranks], members[1])


def run(words: list, folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, env={**os.environ, **AS_ROOT}, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
