"""A short run of the faults, each kind of a chosen few once. `faults.py` does all of them, many times."""

import os
import random
from pathlib import Path

import pytest
from faults import KINDS, Campaign
from job import Rig
from power_cut import SECTOR, Disk

KINDS_OF_THE_SHORT_RUN = ["kill_rank_0", "kill_worker", "stop_worker", "stop_worker_for_a_while", "power_cut",
                          "a_block_changes_on_its_way", "memory_is_short_once", "file_is_damaged", "write_fails",
                          "file_size_is_limited", "the_clock_jumps", "stop_rank_0"]  # fmt: skip
SECONDS = 45.0


def test_no_unit_is_lost_or_wrong_and_nothing_hangs(tmp_path: Path):
    build = Path(os.environ.get("HARSANYI_BUILD", ""))
    if not (build / "faults/bin/harsanyi").exists():
        pytest.skip("HARSANYI_BUILD names no build folder with the target `faults`")
    campaign = Campaign(Rig(build.absolute(), tmp_path / "rig"), seed=1)
    campaign.run(KINDS_OF_THE_SHORT_RUN, SECONDS)
    assert not campaign.failures, "\n\n".join(campaign.failures)
    assert campaign.outcomes, "not a single fault was done"


def test_the_short_run_names_kinds_that_there_are():
    assert set(KINDS_OF_THE_SHORT_RUN) <= KINDS.keys()


def test_a_disk_keeps_what_was_synced_and_any_sectors_of_the_rest():
    disk = Disk()
    disk.apply("w", 0, b"a" * 3 * SECTOR)
    disk.apply("s", 0, b"")
    disk.apply("r", 0, b"")
    disk.apply("d", 0, b"")
    disk.apply("w", SECTOR // 2, b"b" * 2 * SECTOR)
    seen = {disk.after_a_cut(random.Random(seed)) for seed in range(100)}
    whole = b"a" * (SECTOR // 2) + b"b" * 2 * SECTOR + b"a" * (SECTOR // 2)
    assert {b"a" * 3 * SECTOR, whole} < seen
    assert all(content[: SECTOR // 2] == b"a" * (SECTOR // 2) for content in seen)


def test_a_file_has_its_name_once_its_folder_was_synced():
    disk = Disk()
    disk.apply("w", 0, b"a")
    disk.apply("s", 0, b"")
    assert disk.after_a_cut(random.Random(1)) is None
    disk.apply("r", 0, b"")
    assert {disk.after_a_cut(random.Random(seed)) for seed in range(20)} == {None, b"a"}
    disk.apply("d", 0, b"")
    assert disk.after_a_cut(random.Random(1)) == b"a"
