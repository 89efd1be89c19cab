"""Disks and files that go wrong. Where a file is destroyed its finished units are gone; the rest must hold."""

import os
import subprocess
import time

import h5py
from bits import digests
from job import Case, Failure, Run, units_done

STORAGE = 4  # the exit code


def disk_is_full_when_the_file_is_made(case: Case) -> int:
    remove(case)
    return fail(case, "write", case.random.choice(["ENOSPC", "EDQUOT"]), case.random.randint(1, 8))


def disk_fills_up(case: Case) -> int:
    return fail(case, "write", case.random.choice(["ENOSPC", "EDQUOT"]), case.random.randint(9, 120))


def disk_becomes_read_only(case: Case) -> int:
    return fail(case, *case.random.choice([("open", "EROFS", 1), ("write", "EROFS", case.random.randint(1, 120))]))


def no_permission(case: Case) -> int:
    return fail(case, "open", "EACCES", 1)


def write_fails(case: Case) -> int:
    return fail(case, "write", "EIO", case.random.randint(1, 120))


def one_write_fails(case: Case) -> int:
    return fail(case, "write", "EIO", case.random.randint(1, 120), count=1)


def sync_fails(case: Case) -> int:
    return fail(case, "fsync", "EIO", case.random.randint(1, 12), count=case.random.choice([1, 1000]))


def writes_are_short(case: Case) -> int:
    """Allowed by the system's rules: nothing may come of it."""
    run = case.start(io=f"write:short:{case.random.randint(1, 60)}:1000", rank=0)
    code = run.wait()
    if code != 0 or not case.complete:
        raise Failure(f"exit code {code}\n{run.text}")
    return code


def fail(case: Case, call: str, error: str, first: int, count: int = 1000000) -> int:
    """@raises Failure if a failed call ends in anything but exit code 4 and a message; 0: it came too late"""
    run = case.start(io=f"{call}:{error}:{first}:{count}", rank=0)
    code = run.wait()
    if code not in (0, STORAGE) or (code == 0 and not case.complete) or (code and "record.h5" not in run.text):
        raise Failure(f"exit code {code} after {error} in {call} {first}\n{run.text}")
    return code


def file_system_is_small(case: Case) -> int:
    """A real one, in memory, too small for the file; a limit on the file's size where none can be mounted."""
    remove(case)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12k", "tmpfs", case.folder], capture_output=True)
    try:
        run = case.start(log=case.rig.folder / "calls") if not mounted.returncode else limited(case)
        code = run.wait()
        left = case.file.exists()
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", case.folder], check=True)
    if code != STORAGE or left:
        raise Failure(f"exit code {code}, the file is {'there' if left else 'not there'}\n{run.text}")
    return code


def file_size_is_limited(case: Case) -> int:
    remove(case)
    run = limited(case)
    code = run.wait()
    if code != STORAGE or case.file.exists():
        raise Failure(f"exit code {code}\n{run.text}")
    return code


def limited(case: Case) -> Run:
    """Without a launcher, whose own files have the limit too."""
    return case.start(shell_limits="ulimit -f 8", launcher=False)  # blocks of 1,024 bytes; also standard output's


def file_is_removed(case: Case) -> int:
    run = case.start()
    case.wait_for_calls(run, case.random.randint(1, 20))
    remove(case)
    return expect_storage_error(case, run)


def file_is_replaced(case: Case) -> int:
    run = case.start()
    case.wait_for_calls(run, case.random.randint(1, 20))
    if case.file.exists():
        copy = case.file.with_suffix(".copy")
        copy.write_bytes(case.file.read_bytes())
        copy.rename(case.file)
    return expect_storage_error(case, run)


def expect_storage_error(case: Case, run: Run) -> int:
    code = run.wait()
    if code not in (0, STORAGE) or (code == 0 and not case.complete and case.file.exists()):
        raise Failure(f"exit code {code}\n{run.text}")
    remove(case)  # what is there was half copied
    return code


def file_is_truncated(case: Case) -> int:
    """While it is written. What is left of it must be refused, or its damaged units computed again."""
    case.damaged = True
    run = case.start()
    case.wait_for_calls(run, case.random.randint(1, 20))
    if case.file.exists():
        os.truncate(case.file, case.random.randint(0, case.file.stat().st_size))
    code = run.wait()
    if code == 0 and case.complete:
        case.compare()
    else:
        check_what_is_left(case)
    return code


def file_is_damaged(case: Case) -> int:
    """Between two runs, in the values of finished units. A complete file is not read again: inspect --verify does."""
    case.damaged = True
    run = case.start()
    case.wait_for_calls(run, case.random.randint(5, 30))
    run.end()
    if units_done(case.file) and not case.complete:
        with h5py.File(case.file, "r+", locking=False) as record:
            if "value" in record:
                record["value"][:, case.random.randrange(8), :] = 0.25
    return 0


def check_what_is_left(case: Case) -> None:
    """A file that cannot be gone on with must be refused in words, not crash or hang."""
    run = case.start()
    code = run.wait()
    if code not in (0, STORAGE):
        raise Failure(f"exit code {code} with a truncated file\n{run.text}")
    if code == STORAGE:
        remove(case)


def two_jobs_at_once(case: Case) -> int:
    first = case.start()
    time.sleep(case.random.uniform(0.0, 1.5))
    second = case.start()
    codes = sorted([first.wait(), second.wait()])
    if codes not in ([0, 0], [0, STORAGE]):
        raise Failure(f"exit codes {codes}\n{first.text}\n{second.text}")
    if codes[1] and "another harsanyi is writing" not in first.text + second.text:
        raise Failure(f"the second job does not say why it ends\n{first.text}\n{second.text}")
    return codes[1]


def file_of_an_older_version(case: Case) -> int:
    """A part of a file as version 1.0 has it: it is gone on with, and gets what that version had."""
    case.start(engine="kill@0:8").wait()
    if not case.file.exists() or case.complete:
        return 0
    with h5py.File(case.file, "r+", locking=False) as record:
        record.attrs["format_minor"] = 0
    return 0


def file_of_another_experiment(case: Case) -> int:
    """Of other arithmetic, as an older program has it: refused, untouched."""
    case.start(engine="kill@0:8").wait()
    if not case.file.exists() or case.complete:
        return 0
    before = digests(case.file)
    run = case.start("--seed", 7)
    code = run.wait()
    if code != STORAGE or digests(case.file) != before:
        raise Failure(f"exit code {code}\n{run.text}")
    return code


def remove(case: Case) -> None:
    case.file.unlink(missing_ok=True)


KINDS = [disk_is_full_when_the_file_is_made, disk_fills_up, disk_becomes_read_only, no_permission, write_fails,
         one_write_fails, sync_fails, writes_are_short, file_system_is_small, file_size_is_limited, file_is_removed,
         file_is_replaced, file_is_truncated, file_is_damaged, two_jobs_at_once, file_of_an_older_version,
         file_of_another_experiment]  # fmt: skip
