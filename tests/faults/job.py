"""What is disturbed: sweeps and evaluations of a tiny random model under mpirun, with the faulty engine."""

import contextlib
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
from bits import digests
from program import environment, write_model, write_rows

DEADLINE = float(os.environ.get("HARSANYI_FAULT_DEADLINE", "60"))  # seconds: what has not ended by then hangs
ROWS = 32
TIME = struct.Struct("@q")  # of a unit computed: HARSANYI_FAULT_LOG


class Failure(Exception):
    """The program did what it must not: the fault shows a bug."""


class LauncherHangs(Exception):
    """All ranks have ended, mpirun has not: MPI's fault, told apart from ours."""


@dataclass
class Job:
    """A command whose output is compared with that of an uninterrupted run."""

    name: str
    words: list[object]
    reference: dict[str, str] = field(default_factory=dict)
    units: int = 0


class Rig:
    """The program, the model and the jobs; everything lies in `folder`."""

    def __init__(self, build: Path, folder: Path):
        self.build, self.folder = build, folder
        self.program = build / "faults/bin/harsanyi"
        self.preload = build / "faults/lib/libfault_io.so"
        self.traces: dict[str, tuple[int, list]] = {}  # by job: power_cut.py
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tiny").mkdir()
        write_model(folder / "tiny", seed=1)
        write_rows(folder / "rows.jsonl", count=ROWS, seed=2)
        rows = ["--model", "tiny", "--benchmark", "tokens", "--calibration-rows", "rows.jsonl"]
        sweep = ["sweep", *rows, "--unit-layers", 1, "--unit-coalitions", 4, "--unit-samples", 4]
        rounds = [*sweep, "--stopping", "elimination", "--stopping-first-samples", 8]
        evaluate = ["evaluate", *rows, "--scored-rows", "rows.jsonl", "--groups", "groups.h5", "--calibration-samples",
                    16, "--unit-items", 2]  # fmt: skip
        self.jobs = {"sweep": Job("sweep", [*sweep, "--cube"])}
        self.make_reference(self.jobs["sweep"])
        self.run("select", "--cube", "sweep.h5", "--groups", "groups.h5")
        for job in (Job("rounds", [*rounds, "--cube"]), Job("evaluate", [*evaluate, "--results"])):
            self.jobs[job.name] = job
            self.make_reference(job)

    def make_reference(self, job: Job) -> None:
        file = f"{job.name}.h5"
        self.run(*job.words, file, "--threads", 1)
        job.reference = digests(self.folder / file)
        job.units = len(units_done(self.folder / file))

    def run(self, *words: object) -> None:
        subprocess.run([str(word) for word in (self.program, *words)], cwd=self.folder, env=environment(), check=True,
                       capture_output=True, timeout=DEADLINE)  # fmt: skip


def units_done(file: Path) -> set[int]:
    """Units whose values are in the file; none where there is no file that can be opened."""
    try:
        with h5py.File(file, locking=False) as record:
            return {unit for unit, mark in enumerate(record["unit_done"][()]) if mark == 1}
    except (OSError, KeyError):
        return set()


class Run:
    """A started command. `tag` marks its processes, which may outlive the launcher."""

    def __init__(self, words: list[str], folder: Path, env: dict[str, str], tag: str):
        self.tag = tag
        self.output = folder / f"{tag}.log"
        with self.output.open("w") as out:
            self.launcher = subprocess.Popen(words, cwd=folder, env={**env, "HARSANYI_FAULT_TAG": tag}, stdout=out,
                                             stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def ranks(self) -> dict[int, int]:
        """Processes by rank, as far as they have started."""
        found = {}
        for pid in processes_of(self.tag):
            variables = environment_of(pid)
            if (rank := variables.get("OMPI_COMM_WORLD_RANK")) is not None and program_of(pid) == "harsanyi":
                found[int(rank)] = pid
        return found

    def over(self) -> bool:
        return self.launcher.poll() is not None

    def wait(self, seconds: float = DEADLINE) -> int:
        """The exit code, once the launcher and all ranks have ended. @raises Failure, LauncherHangs"""
        deadline = time.monotonic() + seconds
        while not self.over() or processes_of(self.tag):
            # Looking through all processes is not cheap.
            time.sleep(0.02 if not self.over() else 0.1)
            if time.monotonic() > deadline:
                left = {pid: program_of(pid) for pid in processes_of(self.tag)}
                where = stack_of(self.launcher.pid)
                self.end()
                kind = Failure if "harsanyi" in left.values() else LauncherHangs
                raise kind(f"hangs: after {seconds:.0f} s there are still {left}\n{self.text}\n{where}")
        return self.launcher.returncode

    def end(self) -> None:
        for pid in processes_of(self.tag):
            send(pid, signal.SIGKILL)
        self.launcher.wait(10)


def stack_of(pid: int) -> str:
    """Where a process is, by gdb where there is one."""
    words = ["gdb", "-batch", "-p", str(pid), "-ex", "thread apply all bt 12"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(words, capture_output=True, text=True, timeout=30).stdout[-6000:]
    return ""


def processes_of(tag: str) -> list[int]:
    """Those with this tag in their environment; zombies have none."""
    mark = f"HARSANYI_FAULT_TAG={tag}".encode()
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if mark in Path(entry.path, "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def environment_of(pid: int) -> dict[str, str]:
    try:
        texts = Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(text.split("=", 1) for text in texts if "=" in text)


def program_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@dataclass
class Case:
    """One output file that is disturbed until it is complete."""

    rig: Rig
    job: Job
    ranks: int
    random: random.Random
    number: int
    runs: int = 0
    damaged: bool = False  # finished units were destroyed

    def __post_init__(self):
        self.folder = self.rig.folder / f"case{self.number}"
        self.folder.mkdir()
        self.file = self.folder / "record.h5"
        self.log = self.folder / "calls"

    def start(self, *options: object, launcher: bool = True, shell_limits: str = "", **env: object) -> Run:
        """`env` in words of fault_engine.cpp and fault_io.c without HARSANYI_FAULT_: sleep=20, io="write:EIO:3:1"."""
        self.runs += 1
        words = [self.rig.program, *self.job.words, self.file, "--threads", 1, *options]
        if launcher:
            words = ["mpirun", "-n", self.ranks, "--oversubscribe", "--bind-to", "none", *words]
        if shell_limits:
            words = ["bash", "-c", f'{shell_limits}; exec "$@"', "bash", *words]
        env = {"sleep": 15, "log": self.log, "file": "record.h5", **env}
        variables = {f"HARSANYI_FAULT_{name.upper()}": str(value) for name, value in env.items()}
        if any(name in env for name in ("io", "trace", "clock", "message")):
            variables["LD_PRELOAD"] = str(self.rig.preload)
        return Run([str(word) for word in words], self.rig.folder, {**environment(), **variables},
                   f"{os.getpid()}-{self.number}-{self.runs}")  # fmt: skip

    def calls(self) -> int:
        """Units computed so far, by all runs."""
        return self.log.stat().st_size // TIME.size if self.log.exists() else 0

    def age_of_oldest(self, calls: int, before: int) -> float:
        """Of the last `calls` units computed, how many seconds before the last of them the first was finished.

        @param before  units that earlier runs computed"""
        if calls <= 0:
            return 0.0
        ends = sorted(time for (time,) in TIME.iter_unpack(self.log.read_bytes()[before * TIME.size :]))
        return (ends[-1] - ends[-calls]) / 1e9

    def wait_for_calls(self, run: Run, count: int) -> None:
        """Until the run has computed `count` units, or is over."""
        goal = self.calls() + count
        self.wait_until(run, lambda: self.calls() >= goal)

    def wait_until(self, run: Run, holds: Callable[[], bool], pause: float = 0.01) -> bool:
        deadline = time.monotonic() + DEADLINE
        while not holds():
            if run.over():
                return False
            if time.monotonic() > deadline:
                run.end()
                raise Failure(f"nothing happens for {DEADLINE:.0f} s\n{run.text}")
            time.sleep(pause)
        return True

    def random_instant(self, run: Run) -> None:
        """Somewhere in the start of the program, or among its units."""
        if self.random.random() < 0.3:
            time.sleep(self.random.uniform(0.0, 2.0))
        else:
            self.wait_for_calls(run, self.random.randint(0, 30))
            time.sleep(self.random.uniform(0.0, 0.1))

    def rank(self, run: Run, number: int) -> int:
        """The process of a rank, once it is there; 0 if the run is over before."""
        found = {}

        def look() -> bool:
            found.update(run.ranks())
            return number in found

        return found[number] if self.wait_until(run, look, pause=0.1) else 0

    def some_worker(self) -> int:
        return self.random.randrange(1, self.ranks)

    @property
    def complete(self) -> bool:
        try:
            with h5py.File(self.file, locking=False) as record:
                return bool(record["complete"][()])
        except (OSError, KeyError):
            return False

    def finish(self) -> None:
        """Runs the command to its end, on all ranks or in one process. @raises Failure"""
        done, calls = units_done(self.file), self.calls()
        run = self.start(launcher=self.random.random() < 0.3, sleep=0)
        code = run.wait()
        if code != 0:
            raise Failure(f"the undisturbed run ends with {code}\n{run.text}")
        computed = self.calls() - calls
        if computed > self.job.units - len(done) and not self.damaged:
            raise Failure(f"{computed} units were computed where {self.job.units - len(done)} were open\n{run.text}")
        earlier = re.search(r"(\d+) of them in earlier runs", run.text)
        if earlier and int(earlier[1]) < len(done) and self.job.name != "rounds" and not self.damaged:
            raise Failure(f"{len(done)} units were done, but the next run found {earlier[1]}\n{run.text}")

    def compare(self) -> None:
        """With what an uninterrupted run made. @raises Failure"""
        found = digests(self.file)
        other = [name for name, digest in self.job.reference.items() if found.get(name) != digest]
        if other or found.keys() != self.job.reference.keys():
            raise Failure(f"the finished file differs in {other or found.keys() ^ self.job.reference.keys()}")
