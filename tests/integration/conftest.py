import os
from pathlib import Path

import pytest
from program import Program, write_model, write_rows


@pytest.fixture
def program(tmp_path: Path) -> Program:
    build = os.environ.get("HARSANYI_BUILD")
    if not build or not Path(build, "bin/harsanyi").exists():
        pytest.skip("HARSANYI_BUILD names no build folder with bin/harsanyi")
    model = tmp_path / "tiny"
    model.mkdir()
    write_model(model, seed=1)
    rows = tmp_path / "rows.jsonl"
    write_rows(rows, count=24, seed=2)
    return Program(Path(build, "bin/harsanyi").absolute(), tmp_path, model, rows)
