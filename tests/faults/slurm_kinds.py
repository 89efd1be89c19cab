"""Faults of nodes and of Slurm's own daemons, on the cluster of tests/slurm. The job must go on by itself."""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
sys.path.insert(0, str(Path(__file__).parents[1] / "slurm"))
from bits import digests
from cluster import Cluster, reason_not_to_run
from study import Study, make_study

SAMPLES = 1000  # of 32 units each; a step whose daemon dies while MPI ends is another matter (docs/reliability.md)


def step_daemon_of_rank_0_is_killed(study: Study, job: str) -> None:
    kill_step_daemon(study, job, "n1")


def step_daemon_of_a_node_is_killed(study: Study, job: str) -> None:
    kill_step_daemon(study, job, "n2")


def node_of_rank_0_dies(study: Study, job: str) -> None:
    kill_node(study, job, "n1")


def node_dies(study: Study, job: str) -> None:
    kill_node(study, job, "n2")


def kill_step_daemon(study: Study, job: str, node: str) -> None:
    study.cluster.kill_step_daemon(node)
    study.cluster.wait_for_state(job, "PENDING", "COMPLETED", seconds=90)
    kill_node(study, job, node)  # it starts no step of this number again


def kill_node(study: Study, job: str, node: str) -> None:
    study.cluster.crash_node(node)
    study.go_on(job)
    study.cluster.repair_node(node)


KINDS: dict[str, Callable[[Study, str], None]] = {
    kind.__name__: kind
    for kind in (step_daemon_of_rank_0_is_killed, step_daemon_of_a_node_is_killed, node_of_rank_0_dies, node_dies)
}


def disturb(harsanyi: Path, folder: Path, count: int, seed: int, tell: Callable[[str, float, str], None]) -> None:
    """One fault on each of `count` jobs, each on a cluster of its own.

    @param tell  gets kind, seconds, and what went wrong (empty: nothing)"""
    if reason := reason_not_to_run():
        print(f"no Slurm: {reason}")
        return
    instants = random.Random(seed)
    reference: dict[str, str] = {}
    for number in range(count):
        name = list(KINDS)[number % len(KINDS)]
        cluster = Cluster(made(folder / f"c{number}"), nodes=3)
        cluster.folder.chmod(0o755)
        start = time.monotonic()
        try:
            cluster.up()
            reference = reference or reference_of(make_study(cluster, made(folder / "reference"), harsanyi))
            study = make_study(cluster, made(folder / f"job{number}"), harsanyi)
            problem = outcome(KINDS[name], study, reference, instants)
            tell(name, time.monotonic() - start, problem)
        finally:
            cluster.down()


def outcome(kind: Callable, study: Study, reference: dict[str, str], instants: random.Random) -> str:
    try:
        return do(kind, study, reference, instants)
    except AssertionError as error:  # of the cluster's waits
        return f"{error}\n{study.log}"


def do(kind: Callable, study: Study, reference: dict[str, str], instants: random.Random) -> str:
    write_sweep(study)
    job = study.submit()["sweep"]
    study.wait_until_computing()
    time.sleep(instants.uniform(0.0, 1.0))
    kind(study, job)
    return "" if digests(study.cube) == reference else "the finished cube differs"


def reference_of(study: Study) -> dict[str, str]:
    write_sweep(study)
    study.run("sweep", "--config", "sweep.ini", "--model", "one", "--cube", "cube.h5")
    return digests(study.folder / "cube.h5")


def write_sweep(study: Study) -> None:
    study.write_sweep(samples=SAMPLES, unit_deadline=2, silence_limit=10)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
