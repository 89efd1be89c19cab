"""Does faults to sweeps and evaluations, finishes them, and compares every data set with that of an uninterrupted run.

    faults.py --build build/release --faults 500 --seed 1 --json long.json
    faults.py --build build/release --kinds stop_worker,power_cut --faults 20

Ends with a table of kinds, and exit code 1 if a unit was lost or is wrong, a rank hung, or a process was left behind.
An mpirun that hangs after all its ranks have ended is counted by itself. What has not ended after 60 s hangs; where
others leave the ranks no processor for so long, HARSANYI_FAULT_DEADLINE sets more."""

import argparse
import collections
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import compute_kinds
import power_cut
import process_kinds
import slurm_kinds
import storage_kinds
from job import Case, Failure, LauncherHangs, Rig, units_done

KINDS = {kind.__name__: kind for kind in
         [*process_kinds.KINDS, *storage_kinds.KINDS, *compute_kinds.KINDS, *power_cut.KINDS]}  # fmt: skip
MOST_FAULTS_ON_A_FILE = 4
# A finished unit waits for at most half a second until it is written; the rest is for the write, its sync, and a busy
# machine. Seconds.
LATEST_WRITE = 0.5 + 2.0
# Kinds where nobody writes for a while, though others compute what they have in hand.
WRITER_STOPS = {"stop_rank_0", "stop_rank_0_for_a_while"}
# Kinds after which what was finished is gone, with its file.
DESTROY = {"disk_is_full_when_the_file_is_made", "file_system_is_small", "file_size_is_limited", "file_is_removed",
           "file_is_replaced", "file_is_truncated", "file_is_damaged", "power_cut"}  # fmt: skip


class Campaign:
    """One output file after another: disturbed up to MOST_FAULTS_ON_A_FILE times, then finished and compared."""

    def __init__(self, rig: Rig, seed: int):
        self.rig, self.random = rig, random.Random(seed)
        self.outcomes: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
        self.seconds: collections.Counter = collections.Counter()
        self.not_kept: dict[str, list[int]] = collections.defaultdict(list)  # units computed in vain, by fault
        self.ages: dict[str, list[float]] = collections.defaultdict(list)  # of the oldest of them, seconds
        self.failures: list[str] = []
        self.launcher_hangs: list[str] = []
        self.files = 0

    def run(self, kinds: list[str], seconds: float) -> None:
        """One fault of each of `kinds`, in this order, while there is time."""
        end = time.monotonic() + seconds
        queue = list(kinds)
        while queue and time.monotonic() < end:
            self.disturb(queue)

    def disturb(self, queue: list[str]) -> None:
        self.files += 1
        job = self.random.choice([self.rig.jobs[name] for name in ("sweep", "sweep", "evaluate", "rounds")])
        case = Case(self.rig, job, self.random.choice([2, 2, 3, 4]), random.Random(self.random.random()), self.files)
        done = []
        try:
            while queue and not self.is_enough(case, done, queue[0]):
                done.append(queue.pop(0))
                self.do(case, done[-1])
            self.unless_mpirun_hangs(case, done, case.finish)
            case.compare()
        except Failure as failure:
            self.fail(case, done, str(failure))
        except Exception:
            self.fail(case, done, traceback.format_exc())
        shutil.rmtree(case.folder, ignore_errors=True)

    @staticmethod
    def is_enough(case: Case, done: list[str], next_kind: str) -> bool:
        """What was done is looked at before a fault that leaves nothing of it."""
        return bool(done) and (len(done) == MOST_FAULTS_ON_A_FILE or next_kind in DESTROY or case.complete)

    def do(self, case: Case, kind: str) -> None:
        start, done, calls = time.monotonic(), units_done(case.file), case.calls()
        outcome = self.unless_mpirun_hangs(case, [kind], lambda: f"exit {KINDS[kind](case)}")
        self.seconds[kind] += time.monotonic() - start
        self.outcomes[kind][outcome] += 1
        kept = units_done(case.file)
        if kind not in DESTROY:
            if not done <= kept and not case.damaged:
                raise Failure(f"units {sorted(done - kept)} were done and no longer are")
            self.note_in_vain(case, kind, calls, case.calls() - calls - len(kept - done))

    def unless_mpirun_hangs(self, case: Case, done: list[str], act: Callable[[], str | None]) -> str | None:
        """What `act` returns. An mpirun that hangs is noted: the ranks have ended, and what they left must hold."""
        try:
            return act()
        except LauncherHangs as hang:
            self.launcher_hangs.append(f"{self.name_of(case, done)}:\n{hang}")
            print(f"launcher: {self.launcher_hangs[-1]}", flush=True)
            return "mpirun hangs"

    def note_in_vain(self, case: Case, kind: str, before: int, in_vain: int) -> None:
        """What was computed and is not in the file was in flight: handed out, or finished and not yet written.

        @raises Failure if one of them had been finished for too long"""
        age = case.age_of_oldest(in_vain, before)
        self.not_kept[kind].append(in_vain)
        self.ages[kind].append(age)
        if age > LATEST_WRITE and kind not in WRITER_STOPS and not case.damaged:
            raise Failure(f"{in_vain} units were computed in vain, one of them {age:.1f} s before the last")

    def run_slurm(self, count: int, seed: int) -> None:
        def tell(kind: str, seconds: float, problem: str) -> None:
            self.files += 1
            self.seconds[kind] += seconds
            self.outcomes[kind]["FAILED" if problem else "went on"] += 1
            if problem:
                self.failures.append(f"{kind}: {problem}")
                print(f"FAILED: {self.failures[-1]}", flush=True)

        folder = Path(tempfile.mkdtemp(prefix="harsanyi-slurm-"))  # short: sockets lie in it
        folder.chmod(0o755)
        try:
            slurm_kinds.disturb(self.rig.program, folder, count, seed, tell)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def fail(self, case: Case, done: list[str], text: str) -> None:
        self.outcomes[done[-1]]["FAILED"] += 1
        self.failures.append(f"{self.name_of(case, done)}:\n{text}")
        print(f"FAILED: {self.failures[-1]}", flush=True)

    @staticmethod
    def name_of(case: Case, done: list[str]) -> str:
        return f"{case.job.name}, {case.ranks} ranks, file {case.number}, {', '.join(done)}"


def table(campaign: Campaign) -> str:
    lines = [f"{'kind':<36}{'faults':>7}{'s each':>8}{'in vain, most':>15}{'oldest, s':>11}  outcomes"]
    for kind in [*KINDS, *slurm_kinds.KINDS]:
        outcomes = campaign.outcomes.get(kind)
        if outcomes is None:
            continue
        count = sum(outcomes.values())
        texts = ", ".join(f"{name}: {number}" for name, number in sorted(outcomes.items()))
        in_vain, ages = campaign.not_kept.get(kind), campaign.ages.get(kind)
        lines.append(f"{kind:<36}{count:>7}{campaign.seconds[kind] / count:>8.1f}"
                     f"{max(in_vain) if in_vain else '':>15}{f'{max(ages):.2f}' if ages else '':>11}  "
                     f"{texts}")  # fmt: skip
    return "\n".join(lines)


def mean(lists: dict[str, list[int]]) -> float:
    numbers = [number for numbers in lists.values() for number in numbers]
    return sum(numbers) / max(1, len(numbers))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="build folder with the target `faults`")
    parser.add_argument("--faults", type=int, default=100, help="how many")
    parser.add_argument("--slurm", type=int, default=0, help="how many more under Slurm, where it can be started")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="all", help=f"separated by commas; all: {', '.join(KINDS)}")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no fault after this time")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def shuffled_kinds(names: list[str], count: int, seed: int) -> list[str]:
    """Each as often as any other, in random order; power cuts, which are quick, five times as often."""
    shuffled, order = [], random.Random(seed)
    names = names + 4 * [name for name in names if name == "power_cut"]
    while len(shuffled) < count:
        shuffled += order.sample(names, len(names))
    return shuffled[:count]


def main() -> int:
    arguments = parse_arguments()
    names = list(KINDS) if arguments.kinds == "all" else arguments.kinds.split(",")
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="harsanyi-faults-"))
    try:
        campaign = Campaign(Rig(arguments.build.absolute(), folder / "rig"), arguments.seed)
        campaign.run(shuffled_kinds(names, arguments.faults, arguments.seed), arguments.seconds)
        if arguments.slurm:
            campaign.run_slurm(arguments.slurm, arguments.seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    faults = sum(sum(outcomes.values()) for outcomes in campaign.outcomes.values())
    print(table(campaign))
    print(f"{faults} faults on {campaign.files} files in {time.monotonic() - start:.0f} s, seed {arguments.seed}: "
          f"{len(campaign.failures)} failures; mpirun hung {len(campaign.launcher_hangs)} times after its ranks had "
          f"ended; {mean(campaign.not_kept):.1f} computed in vain per fault")  # fmt: skip
    if arguments.json:
        figures = {"seed": arguments.seed, "faults": faults, "files": campaign.files, "failures": campaign.failures,
                   "launcher_hangs": campaign.launcher_hangs, "outcomes": campaign.outcomes,
                   "in_vain": campaign.not_kept, "ages": campaign.ages}  # fmt: skip
        arguments.json.write_text(json.dumps(figures, indent=1))
    return 1 if campaign.failures or faults == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
