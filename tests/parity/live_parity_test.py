"""The engine against transformers, on random checkpoints of every family; skipped without the parity environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPT = str(HERE / "random_families.py")
NAMES = subprocess.run([sys.executable, SCRIPT, "names"], check=True, capture_output=True, text=True).stdout.split()


@pytest.fixture(scope="module")
def python() -> str:
    python = os.environ.get("HARSANYI_PARITY_PYTHON")
    if not python:
        pytest.skip("HARSANYI_PARITY_PYTHON names no Python with torch and transformers (tools/setup.sh --parity)")
    return python


@pytest.mark.parametrize("name", NAMES)
def test_logits_and_greedy_tokens_are_those_of_transformers(python: str, name: str) -> None:
    driver = Path(os.environ["HARSANYI_BUILD"]) / "bin" / "greedy_driver"
    done = subprocess.run([python, SCRIPT, "compare", name, driver], check=False, capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
