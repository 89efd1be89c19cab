"""What `harsanyi plan` says of memory is what a sweep takes, within a tenth; the model is made here."""

import os
from pathlib import Path

import pytest
from memory import Sweep, compare
from model_files import Shape, random_llama

SHAPE = Shape(layers=6, hidden=512, query_heads=16, kv_heads=8, intermediate=1024, vocabulary=16384)


@pytest.mark.parametrize("mask", ["drop", "undifferentiated"])
def test_plan_predicts_the_peak_of_a_sweep(tmp_path: Path, mask: str) -> None:
    model = random_llama(SHAPE, "eight-players-small", cache=tmp_path)
    sweep = Sweep(model, SHAPE.vocabulary, 12, 64, ("--unit-layers", 1, "--unit-coalitions", 64, "--only-layers", 2))
    kernel = "amx" if "amx_tile" in Path("/proc/cpuinfo").read_text(encoding="utf-8") else "packed"
    harsanyi = Path(os.environ["HARSANYI_BUILD"]) / "bin" / "harsanyi"
    figures = compare(harsanyi, sweep, tmp_path, ("--mask", mask, "--products", kernel))
    assert figures["quotient"] == pytest.approx(1.0, abs=0.1), figures
