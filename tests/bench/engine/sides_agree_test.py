"""The published loop, the batched PyTorch program and the engine give the same values; skipped without transformers."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_all_sides_give_the_same_values(tmp_path: Path) -> None:
    python = os.environ.get("HARSANYI_PARITY_PYTHON")
    if not python:
        pytest.skip("HARSANYI_PARITY_PYTHON names no Python with torch and transformers (tools/setup.sh --parity)")
    driver = Path(os.environ["HARSANYI_BUILD"]) / "bin" / "engine_bench"
    done = subprocess.run([python, HERE / "tiny.py", driver, tmp_path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for side in (
        "published",
        "published_last_logits",
        "smart PyTorch",
        "harsanyi",
        "harsanyi, one rank of two threads",
    ):
        assert f"\n{side}: " in "\n" + done.stdout
