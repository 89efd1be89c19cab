"""What `harsanyi plan` says of memory is what a sweep takes, within a tenth, for a model that is made here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_plan_predicts_the_peak_of_a_sweep(tmp_path: Path) -> None:
    kernel = "amx" if "amx_tile" in Path("/proc/cpuinfo").read_text(encoding="utf-8") else "packed"
    harsanyi = Path(os.environ["HARSANYI_BUILD"]) / "bin" / "harsanyi"
    words = [sys.executable, HERE / "memory.py", harsanyi, tmp_path, "--model", "small", "--products", kernel]
    done = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert float(done.stdout.split()[-1]) == pytest.approx(1.0, abs=0.1), done.stdout
