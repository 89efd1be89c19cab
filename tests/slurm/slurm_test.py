"""Studies under a real Slurm: jobs that end well, are stopped in every way that it knows, and go on by themselves."""

import re
import subprocess

import h5py
import numpy as np
import pytest
from bits import digests
from cluster import wait_until
from program import write_rows
from study import ROWS, Study


def test_a_study_of_two_models_runs_through_its_chain(study: Study):
    study.write_sweep(samples=24)
    jobs = study.submit("--stage", "sweep", "--stage", "select", "--stage", "evaluate", "--stage", "report",
                        "--model", "one", "--model", "two")  # fmt: skip
    assert list(jobs) == ["sweep", "select", "evaluate", "report"]
    wait_until("the report is there", lambda: (study.folder / "out/report/index.html").exists(), 120)
    study.cluster.wait_for_state(jobs["report"], "COMPLETED")
    for model in ("one", "two"):
        study.run("inspect", f"out/{model}/cube.h5", "--require-complete", "--verify")
        study.run("inspect", f"out/{model}/results.h5", "--require-complete", "--verify")
    page = (study.folder / "out/report/index.html").read_text()
    assert "one" in page and "two" in page


def test_a_job_whose_work_fails_cancels_what_waits_for_it(study: Study):
    weights = study.folder / "one/model.safetensors"  # whole, but for a name that no plan asks for
    weights.write_bytes(weights.read_bytes().replace(b"model.norm.weight", b"model.nrom.weight"))
    jobs = study.submit("--stage", "sweep", "--stage", "select")
    ended = study.cluster.wait_for_state(jobs["sweep"], "FAILED")
    assert ended["ExitCode"] == "3:0", study.log
    study.cluster.wait_for_state(jobs["select"], "CANCELLED")


def test_slurm_sends_the_signal_before_the_time_limit(study: Study):
    """Slurm looks at limits twice a minute: this sweep is longer than that, and nobody waits for its end."""
    write_rows(study.folder / "rows.jsonl", count=16000, seed=4)
    study.write_sweep(samples=16000)
    job = study.submit("--minutes", 1, "--signal-seconds", 50)["sweep"]
    study.cluster.wait_for_requeue(job)
    study.cluster.run("scancel", job)
    assert study.status()["state"] == "interrupted", "the ranks did not finish their units"
    # On a loaded machine the signal may come before the first unit is done.
    assert study.status()["done"] == study.units_done() < study.status()["units"]


def test_a_job_that_nears_its_limit_requeues_itself_and_goes_on(study: Study, reference):
    job = study.submit()["sweep"]
    study.wait_until_computing()
    study.cluster.run("scancel", "--batch", "--signal=USR1", job)  # as Slurm does before the limit
    study.cluster.wait_for_requeue(job)
    stopped = study.status()
    assert stopped["state"] == "interrupted"
    study.go_on(job)
    assert (study.status()["restarts"], study.status()["done_before"]) == (1, stopped["done"])
    assert digests(study.cube) == reference


def test_a_requeued_job_goes_on(study: Study, reference):
    job = study.submit()["sweep"]
    study.wait_until_computing()
    study.cluster.run("scontrol", "requeue", job)
    study.cluster.wait_for_requeue(job)
    study.go_on(job)
    assert study.status()["restarts"] == 1
    assert study.status()["done_before"] > 0
    assert digests(study.cube) == reference


def test_a_cancelled_job_stops_and_is_not_requeued(study: Study):
    job = study.submit()["sweep"]
    study.wait_until_computing()
    study.cluster.run("scancel", job)
    assert study.cluster.wait_for_state(job, "CANCELLED")["Restarts"] == "0"
    wait_until("the nodes are free", lambda: study.status()["state"] != "running")
    study.cluster.wait_for_nodes()
    assert study.cluster.job(job)["JobState"] == "CANCELLED"
    assert "requeued" not in study.log
    assert 0 < study.units_done() < study.status()["units"]


def test_a_job_whose_node_dies_goes_on_with_another(study: Study, reference):
    job = study.submit()["sweep"]
    study.wait_until_computing()
    study.cluster.crash_node("n2")
    study.cluster.wait_for_requeue(job)
    study.go_on(job)
    assert digests(study.cube) == reference
    assert study.cluster.job(job)["NodeList"] == "n[1,3]"
    study.cluster.repair_node("n2")


@pytest.mark.parametrize("node", ["n1", "n2"])
def test_a_job_whose_step_daemon_dies_goes_on(study: Study, reference, node: str):
    """On n1 with rank 0, or on n2. Slurm waits for the daemon; the ranks do not. The node starts no step of this number
    again before it is repaired."""
    study.write_sweep(samples=ROWS, unit_deadline=2, silence_limit=10)
    job = study.submit()["sweep"]
    study.wait_until_computing()
    study.cluster.kill_step_daemon(node)
    study.cluster.wait_for_state(job, "PENDING", "COMPLETED", seconds=90)
    study.cluster.crash_node(node)
    study.go_on(job)
    assert digests(study.cube) == reference
    study.cluster.repair_node(node)


def test_a_preempted_job_with_a_grace_time_goes_on(study: Study, reference):
    job = study.submit("--partition", "grace")["sweep"]
    study.wait_until_computing()
    study.cluster.run("sbatch", "--partition=high", "--nodes=3", "--exclusive", "--output=/dev/null", "--wrap=sleep 1")
    study.cluster.wait_for_requeue(job)
    study.go_on(job)
    assert digests(study.cube) == reference


def test_ranks_of_several_nodes_hold_a_model_together(study: Study):
    study.write_sweep(samples=24, tensor_parallel=6)
    job = study.submit("--nodes", 3)["sweep"]
    study.cluster.wait_for_state(job, "COMPLETED", seconds=90)
    study.run("inspect", study.cube, "--require-complete", "--verify")
    study.write_sweep(samples=24)
    study.run("sweep", "--config", "sweep.ini", "--model", "one", "--cube", "alone.h5")
    with h5py.File(study.cube) as together, h5py.File(study.folder / "alone.h5") as alone:
        assert np.abs(together["value"][()] - alone["value"][()]).max() <= 2e-4
        assert together["identity"].attrs["numerics.tensor_parallel"] in ("6", b"6")

    refused = short_sweep(study, "--nodes=3", more=["--tensor-parallel", "6", "--group-on-node"])
    assert refused.returncode == 2
    assert "is on node n1, rank 2 of the same worker group on n2" in refused.stderr


@pytest.mark.parametrize("request_and_binding", [["--gpus-per-task=1"], ["--gres=gpu:2", "--gpu-bind=single:1"]])
def test_ranks_have_a_gpu_each(study: Study, request_and_binding):
    done = short_sweep(study, *request_and_binding)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("request_and_binding", [["--gres=gpu:1"], ["--gres=gpu:2"]])
def test_ranks_that_share_a_gpu_are_told_so(study: Study, request_and_binding):
    done = short_sweep(study, *request_and_binding)
    assert done.returncode == 2
    assert re.search(r"ranks 0 and 1 on n\d share GPU 0", done.stderr), done.stderr
    assert not (study.folder / "cube.h5").exists()


def test_ranks_of_a_node_have_cores_of_their_own(study: Study):
    report = "echo $(hostname) $(taskset --cpu-list --pid $$ | sed 's/.*: //')"
    words = ["--nodes=2", "--ntasks-per-node=2", "--cpus-per-task=1", "--cpu-bind=cores", "bash", "-c", report]
    placed = study.cluster.run("srun", *words).splitlines()
    assert len(set(placed)) == 4, placed


def short_sweep(study: Study, *srun_words: str, more=()) -> subprocess.CompletedProcess:
    """Two ranks per node, on two nodes unless told."""
    study.write_sweep(samples=8)
    words = ["srun", "--mpi=pmix", "--nodes=2", "--ntasks-per-node=2", *srun_words, study.harsanyi, "sweep", "--config",
             "sweep.ini", "--model", "one", "--cube", "cube.h5", *more]  # fmt: skip
    return subprocess.run([str(word) for word in words], env=study.cluster.environment, cwd=study.folder, text=True,
                          capture_output=True, timeout=60)  # fmt: skip
