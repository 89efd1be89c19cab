"""sweep --profile: the cube tells where the time went, and holds the same values."""

import h5py
import numpy as np
from bits import digests
from program import Program

ACTIVITIES = ["products", "attention", "rows", "other", "waiting", "group"]


def test_a_profiled_sweep_tells_where_the_time_went_and_has_the_same_values(program: Program):
    program.run(*program.sweep_words("plain.h5"), ranks=2)
    done = program.run(*program.sweep_words("cube.h5", "--profile"), ranks=2)
    with h5py.File(program.folder / "cube.h5") as cube:
        seconds, rank, flops = cube["unit_seconds"], cube["unit_rank"][:], cube["unit_flops"][:]
        assert [d.label for d in seconds.dims] == ["unit", "activity"]
        assert list(seconds.dims[1][0].asstr()) == ACTIVITIES
        assert seconds.attrs["units"] == b"s"
        assert set(rank) <= {0, 1}
        assert (seconds[:] >= 0).all()
        assert (seconds[:, 0] > 0).all(), "every unit has matrix products"
        assert (flops > 0).all()
        assert list(cube["run_part"].asstr()) == ["wall", "idle", "failed", "recording", "serving"]
        run = dict(zip(cube["run_part"].asstr(), cube["run_seconds"][:], strict=True))
        workers = seconds[:].sum() + run["idle"] + run["failed"]
        np.testing.assert_allclose(workers, 2 * run["wall"], rtol=0.2, atol=0.2)
        assert 0 < run["recording"] < run["wall"]
    for name in ("value", "dividend_mean", "unit_checksum", "unit_flops"):
        assert digests(program.folder / "cube.h5")[name] == digests(program.folder / "plain.h5")[name]
    assert "GFLOP/s" in done.stdout
    assert "Where the time went" in program.run("inspect", "cube.h5").stdout
    assert "Where the time went" not in program.run("inspect", "plain.h5").stdout


def test_a_profile_adds_up_over_runs(program: Program):
    program.run(*program.sweep_words("cube.h5", "--profile"))
    with h5py.File(program.folder / "cube.h5", "r+") as cube:  # as if units were still to be done
        wall = cube["run_seconds"][0]
        cube["unit_done"][:3] = 0
        cube["complete"][()] = 0
        cube["unit_seconds"][:] = np.nan
        cube["unit_rank"][:] = -1
    done = program.run(*program.sweep_words("cube.h5", "--profile"))
    with h5py.File(program.folder / "cube.h5") as cube:
        assert (cube["unit_rank"][:] >= 0).sum() == 3
        assert np.isfinite(cube["unit_seconds"][:]).all(axis=1).sum() == 3
        assert cube["run_seconds"][0] > wall
    assert "were not measured" in done.stdout


def test_a_finished_cube_is_only_shown(program: Program):
    program.run(*program.sweep_words("cube.h5"))
    before = (program.folder / "cube.h5").read_bytes()
    done = program.run(*program.sweep_words("cube.h5", "--profile"))
    assert "no profile to show" in done.stderr
    assert (program.folder / "cube.h5").read_bytes() == before
