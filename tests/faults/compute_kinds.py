"""Units, messages and clocks that go wrong."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from job import Case, Failure
from process_kinds import require_complete


def memory_is_short_once(case: Case) -> int:
    run = case.start(engine=f"oom@{case.random.randrange(case.ranks)}:{case.random.randint(1, 6)}")
    return require_complete(case, run)


def memory_is_short_on_a_rank(case: Case) -> int:
    """Whatever it tries fails: the others do its units."""
    run = case.start("--attempts", 3, engine=f"oom@{case.some_worker()}:{case.random.randint(1, 6)}+")
    code = run.wait()
    return require_exit(case, run, code, {0, 5})


def memory_is_short_for_a_unit(case: Case) -> int:
    """Everywhere: it is set aside and the rest is done. Evaluations do not tell the engine a unit's number."""
    if case.job.name == "evaluate":
        return memory_is_short_on_a_rank(case)
    run = case.start(engine=f"oom@*:u{case.random.randrange(case.job.units)}")
    code = run.wait()
    if code == 5 and "set aside" not in run.text:
        raise Failure(f"a unit is missing and not named\n{run.text}")
    return require_exit(case, run, code, {0, 5})


def address_space_is_short(case: Case) -> int:
    """The system refuses memory at some size: at the start, in libraries, in units, wherever it is reached."""
    megabytes = case.random.choice([250, 600, 640, 660, 680, 690, 700, 710, 720, 760])
    run = case.start(shell_limits=f"ulimit -v {megabytes * 1024}")
    return run.wait()


def a_value_is_none_once(case: Case) -> int:
    run = case.start(engine=f"nan@{case.random.randrange(case.ranks)}:{case.random.randint(1, 6)}")
    return require_complete(case, run)


def a_value_is_none_on_a_rank(case: Case) -> int:
    run = case.start(engine=f"nan@{case.some_worker()}:{case.random.randint(1, 6)}+")
    return require_exit(case, run, run.wait(), {0, 5})


def a_unit_throws(case: Case) -> int:
    run = case.start(engine=f"throw@{case.random.randrange(case.ranks)}:{case.random.randint(1, 6)}")
    return require_complete(case, run)


def a_block_changes_on_its_way(case: Case) -> int:
    run = case.start(rank=case.some_worker(), message=case.random.randint(1, 6))
    code = run.wait()
    if "damaged message" not in run.text and not case.complete:
        raise Failure(f"exit code {code}\n{run.text}")
    return require_complete(case, run)


def the_clock_jumps(case: Case) -> int:
    """Hours forth and back at every look, on all ranks; deadlines and waits must not care."""
    hours = case.random.choice([1, 24, 24 * 365])
    start = time.monotonic()
    run = case.start("--unit-deadline", 5, "--silence-limit", 10, clock=f"{hours * 3600}:{case.random.randint(1, 50)}")
    code = require_complete(case, run)
    if "taken for lost" in run.text:
        raise Failure(f"somebody was taken for lost after {time.monotonic() - start:.1f} s\n{run.text}")
    return code


def weights_are_overwritten(case: Case) -> int:
    """In place, by others of the same size, as a second download does. What is computed from them must not be kept."""
    return change_weights(case, lambda file, whole: write_over(file, whole, len(whole) // 2), {0, 5})


def weights_are_cut_short(case: Case) -> int:
    """They are mapped: a rank that touches what is gone ends by SIGBUS, or sees the change before."""
    bus_error = {-7, 135}
    return change_weights(case, lambda file, whole: os.truncate(file, len(whole) // 2), {0, 5} | bus_error)


def change_weights(case: Case, change: Callable[[Path, bytes], None], allowed: set[int]) -> int:
    file = case.rig.folder / "tiny/model.safetensors"
    whole = file.read_bytes()
    run = case.start()
    case.wait_for_calls(run, case.random.randint(1, 20))
    try:
        change(file, whole)
        code = run.wait()
    finally:
        write_over(file, whole, 0)
    if code == 5 and "was changed while it was in use" not in run.text:
        raise Failure(f"the change is not named\n{run.text}")
    return require_exit(case, run, code, allowed)


def write_over(file: Path, whole: bytes, zeros: int) -> None:
    """The last `zeros` bytes become 0; the file stays the same one."""
    with file.open("r+b") as opened:
        opened.write(whole[: len(whole) - zeros] + bytes(zeros))


def require_exit(case: Case, run, code: int, allowed: set[int]) -> int:
    if code not in allowed or (code == 0) != case.complete:
        raise Failure(f"exit code {code}\n{run.text}")
    return code


KINDS = [memory_is_short_once, memory_is_short_on_a_rank, memory_is_short_for_a_unit, address_space_is_short,
         a_value_is_none_once, a_value_is_none_on_a_rank, a_unit_throws, a_block_changes_on_its_way,
         the_clock_jumps, weights_are_overwritten, weights_are_cut_short]  # fmt: skip
