"""Ids and decoded texts equal those of the package `tokenizers`, live, on every vocabulary of fetch_vocabularies.py.

HARSANYI_PARITY_PYTHON is the Python of the parity environment (tools/setup.sh --parity), HARSANYI_VOCABULARIES the
folder of the vocabularies; by default it is where tools/fetch_vocabularies.py puts them.
"""

import os
import subprocess
from pathlib import Path

import pytest

NAMES = ["llama3", "qwen2.5", "qwen3.6", "mistral_v1", "mistral_v3", "mistral_v7", "tekken", "smollm2"]
TEXTS = 20_000
COMPARE = Path(__file__).parents[1] / "bench/tokenizer/compare.py"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@pytest.mark.parametrize("name", NAMES)
def test_twenty_thousand_texts_are_encoded_and_decoded_as_by_tokenizers(name):
    python = os.environ.get("HARSANYI_PARITY_PYTHON")
    if not python:
        pytest.skip("HARSANYI_PARITY_PYTHON is not set")
    folder = Path(os.environ.get("HARSANYI_VOCABULARIES") or CACHE / "harsanyi/vocabularies")
    if not (folder / name / "tokenizer.json").is_file():
        pytest.skip(f"{folder} has no {name}; run tools/fetch_vocabularies.py")
    tool = Path(os.environ["HARSANYI_BUILD"]) / "bin/tokenize_texts"
    command = [python, COMPARE, "--tool", tool, "--vocabularies", folder, "--only", name]
    command += ["--random", TEXTS, "--seed", 20, "--turns", 0]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TEXTS} texts   0 differences" in done.stdout
