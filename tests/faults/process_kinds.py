"""Processes that are killed, stopped, or told to end."""

import signal
import time

from job import Case, Failure, Run, send

STOPPED = {"unit-deadline": 1, "silence-limit": 4}  # seconds; short, as tests cannot wait for minutes


def limits(**seconds: float) -> list[object]:
    return [word for name, value in {**STOPPED, **seconds}.items() for word in (f"--{name}", value)]


def kill_rank_0(case: Case) -> int:
    return kill(case, case.start(), 0)


def kill_worker(case: Case) -> int:
    return kill(case, case.start(), case.some_worker())


def kill_all_ranks(case: Case) -> int:
    run = case.start()
    case.random_instant(run)
    for pid in run.ranks().values():
        send(pid, signal.SIGKILL)
    return run.wait()


def kill_mpirun(case: Case) -> int:
    """The ranks must end by themselves, or the next run finds the file locked."""
    run = case.start()
    case.random_instant(run)
    send(run.launcher.pid, signal.SIGKILL)
    return run.wait()


def kill_in_a_unit(case: Case) -> int:
    return case.start(engine=f"kill@{case.random.randrange(case.ranks)}:{case.random.randint(1, 6)}").wait()


def kill(case: Case, run: Run, rank: int) -> int:
    pid = case.rank(run, rank)
    case.random_instant(run)
    if pid:
        send(pid, signal.SIGKILL)
    return run.wait()


def stop_worker(case: Case) -> int:
    """Its unit goes to another, the run gets through without it, and the job ends."""
    run = case.start(*limits(), engine=f"stop@{case.some_worker()}:{case.random.randint(1, 6)}")
    code = run.wait()
    if "taken for lost" in run.text and (code != 0 or not case.complete):
        raise Failure(f"the others did not finish without the stopped rank: {code}\n{run.text}")
    return code


def stop_worker_for_a_while(case: Case) -> int:
    """It answers late, for a unit that another may have by then, and gets work again."""
    worker = case.some_worker()
    run = case.start(*limits(), engine=f"stop@{worker}:{case.random.randint(1, 6)}", sleep=40)
    pid = case.rank(run, worker)
    case.wait_until(run, lambda: "taken for lost" in run.text)
    time.sleep(case.random.uniform(0.0, 0.5))
    send(pid, signal.SIGCONT)
    return require_complete(case, run)


def stop_worker_at_the_start(case: Case) -> int:
    """MPI cannot start without it: the others must not wait for ever."""
    run = case.start(*limits())
    pid = case.rank(run, case.some_worker())
    time.sleep(case.random.uniform(0.0, 1.0))
    send(pid, signal.SIGSTOP)
    return run.wait()


def stop_rank_0(case: Case) -> int:
    """Nobody can go on: the workers end the job."""
    run = case.start(*limits())
    pid = case.rank(run, 0)
    case.wait_for_calls(run, case.random.randint(0, 10))
    send(pid, signal.SIGSTOP)
    return run.wait()


def stop_rank_0_for_a_while(case: Case) -> int:
    """Nobody is late then: rank 0 was not listening."""
    run = case.start(*limits(**{"silence-limit": 30}), sleep=30)
    pid = case.rank(run, 0)
    case.wait_for_calls(run, case.random.randint(1, 5))
    send(pid, signal.SIGSTOP)
    time.sleep(2.0)
    send(pid, signal.SIGCONT)
    return require_complete(case, run)


def stop_mpirun(case: Case) -> int:
    run = case.start(*limits())
    case.random_instant(run)
    send(run.launcher.pid, signal.SIGSTOP)
    deadline = time.monotonic() + 40
    while run.ranks() and time.monotonic() < deadline:
        time.sleep(0.05)
    left = run.ranks()
    send(run.launcher.pid, signal.SIGKILL)
    run.wait()
    if left:
        raise Failure(f"ranks {sorted(left)} wait for a launcher that is stopped\n{run.text}")
    return 0


def hang_in_a_unit(case: Case) -> int:
    """Of any rank: where it is rank 0's own worker the job ends once all else is stored."""
    rank = case.random.randrange(case.ranks)
    run = case.start(*limits(), engine=f"hang@{rank}:{case.random.randint(1, 6)}")
    code = run.wait()
    if "taken for lost" in run.text and code != (75 if rank == 0 else 0):
        raise Failure(f"exit code {code} after rank {rank} hung\n{run.text}")
    return code


def ask_to_end(case: Case) -> int:
    run = case.start()
    case.random_instant(run)
    send(run.launcher.pid, case.random.choice([signal.SIGTERM, signal.SIGINT, signal.SIGUSR1]))
    return run.wait()


def kill_one_process(case: Case) -> int:
    """Without a launcher."""
    run = case.start(launcher=False)
    case.random_instant(run)
    send(run.launcher.pid, signal.SIGKILL)
    return run.wait()


def require_complete(case: Case, run: Run) -> int:
    code = run.wait()
    if code != 0 or not case.complete:
        raise Failure(f"exit code {code}, where the run should have gone on\n{run.text}")
    return code


KINDS = [kill_rank_0, kill_worker, kill_all_ranks, kill_mpirun, kill_in_a_unit, kill_one_process, stop_worker,
         stop_worker_for_a_while, stop_worker_at_the_start, stop_rank_0, stop_rank_0_for_a_while, stop_mpirun,
         hang_in_a_unit, ask_to_end]  # fmt: skip
