"""The end of a job's script, with programs in place of those of Slurm and a harsanyi that says what it is told to."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "data/sweep_cores.sbatch"
PROGRAMS = {
    "sleep": "exec python3 -c 'import time; time.sleep(0.05)'",  # every wait of the script is a short one
    "squeue": "echo RUNNING",
    "scontrol": 'echo "scontrol $*" >> "$CALLS"',
}


def run_script(folder: Path, srun: str, inspect: str) -> subprocess.CompletedProcess:
    """The script with everything from its models on; `srun` and `inspect` are what these programs do."""
    text = SCRIPT.read_text(encoding="utf-8")
    body = text[text.index("models=(") :]
    for name, does in {**PROGRAMS, "srun": srun, "harsanyi": inspect}.items():
        program = folder / name
        program.write_text(f"#!/bin/bash\n{does}\n", encoding="utf-8")
        program.chmod(0o755)
    (folder / "script.sh").write_text(f"set -u\nharsanyi=(harsanyi)\n{body}", encoding="utf-8")
    variables = {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "SLURM_JOB_ID": "7",
    }
    return subprocess.run(["bash", "script.sh"], cwd=folder, env=variables, text=True, capture_output=True, timeout=60)


def status(state: str) -> str:
    """What the job's program leaves beside its record."""
    return f"""record=$(find . -maxdepth 3 -type d -path './out/*' | head -1)/cube.h5
echo '{{"state": "{state}"}}' > "$record.status.json" """


def test_a_srun_that_does_not_return_after_the_end_is_left(tmp_path: Path):
    ended = run_script(tmp_path, srun=status("complete") + "\nexec tail -f /dev/null", inspect="exit 0")
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "calls").exists()


def test_a_srun_that_still_computes_is_waited_for(tmp_path: Path):
    computes = status("running") + "\nexec python3 -c 'import time; time.sleep(2)'"
    assert run_script(tmp_path, srun=computes, inspect="exit 0").returncode == 0


@pytest.mark.parametrize(("code", "requeues"), [(75, True), (4, False)])
def test_a_srun_that_fails_gives_the_jobs_exit_code(tmp_path: Path, code: int, requeues: bool):
    ended = run_script(tmp_path, srun=status("interrupted") + f"\nexit {code}", inspect="exit 6")
    assert ended.returncode == code
    assert (tmp_path / "calls").exists() == requeues
