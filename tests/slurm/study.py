"""A study of tiny models whose sweep lasts long enough to be stopped in its middle."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
from cluster import Cluster, wait_until
from program import environment, write_model, write_rows


@dataclass
class Study:
    cluster: Cluster
    folder: Path
    harsanyi: Path

    def __post_init__(self):
        self.cluster.environment |= {"PYTHONPATH": environment()["PYTHONPATH"]}

    def submit(self, *words: object) -> dict[str, str]:
        """The numbers of the jobs by stage."""
        text = self.run("slurm", "--config", "study.ini", "--submit", *words)
        return dict(re.findall(r"^(\w+): job (\d+)$", text, re.MULTILINE))

    def run(self, *words: object, check: bool = True) -> str:
        return self.cluster.run(self.harsanyi, *words, cwd=self.folder, check=check, timeout=120)

    def write_ini(self, name: str, **options: object) -> None:
        lines = []
        for key, values in options.items():
            for value in values if isinstance(values, list) else [values]:
                lines.append(f"{key.replace('_', '-')} = {value}\n")
        (self.folder / name).write_text("".join(lines), encoding="utf-8")

    def write_sweep(self, samples: int, **more: object) -> None:
        """Of the smallest units: 32 for each sample."""
        self.write_ini("sweep.ini", benchmark="tokens", calibration_rows="rows.jsonl", samples=samples, unit_layers=1,
                       unit_coalitions=1, unit_samples=1, threads=1, **more)  # fmt: skip

    @property
    def cube(self) -> Path:
        return self.folder / "out/one/cube.h5"

    @property
    def log(self) -> str:
        return "".join(file.read_text() for file in sorted((self.folder / "out/logs").iterdir()))

    def status(self) -> dict:
        file = Path(f"{self.cube}.status.json")
        return json.loads(file.read_text()) if file.exists() else {"state": "not there", "done": 0}

    def units_done(self) -> int:
        with h5py.File(self.cube, locking=False) as cube:
            return int((cube["unit_done"][()] == 1).sum())

    def go_on(self, job: str) -> None:
        """Starts the job as often as it is requeued, until it is through."""
        while self.cluster.wait_for_state(job, "PENDING", "COMPLETED", seconds=90)["JobState"] == "PENDING":
            self.cluster.start_requeued(job)

    def wait_until_computing(self) -> None:
        """A run goes on, and something would be lost if nothing were kept."""
        wait_until("units are done", lambda: self.cube.exists() and self.units_done() > 0)
        assert self.status()["state"] == "running", "the sweep was over before it could be stopped: make it longer"


def make_study(cluster: Cluster, folder: Path, harsanyi: Path) -> Study:
    study = Study(cluster, folder, harsanyi)
    for seed, name in enumerate(("one", "two")):
        (folder / name).mkdir()
        write_model(folder / name, seed=seed)
    write_rows(folder / "rows.jsonl", count=ROWS, seed=3)
    rows = {"benchmark": "tokens", "calibration_rows": "rows.jsonl"}
    study.write_sweep(samples=ROWS)
    study.write_ini("evaluate.ini", **rows, scored_rows="rows.jsonl", items=20, calibration_samples=6, threads=1)
    study.write_ini("report.ini", python=sys.executable)
    study.write_ini("cluster.ini", partition="main", cores_per_node=2, memory_gb_per_node=4)
    study.write_ini("study.ini", cluster="cluster.ini", model="one", stage="sweep", sweep="sweep.ini",
                    evaluate="evaluate.ini", report="report.ini", nodes=2, ranks_per_node=2)  # fmt: skip
    return study


ROWS = 1000
