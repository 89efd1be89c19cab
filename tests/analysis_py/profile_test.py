import h5py
import numpy as np
import pytest
from harsanyi_analysis import AnalysisError, open_profile
from sample_files import attach, put_attributes, write_axis, write_cube

ACTIVITIES = ["products", "attention", "rows", "other", "waiting"]
RUN_PARTS = ["wall", "idle", "failed", "recording", "serving"]


@pytest.fixture
def cube(tmp_path):
    """Three units: two of rank 1, one not measured."""
    path = write_cube(tmp_path / "cube.h5", np.zeros((3, 2, 4)))
    with h5py.File(path, "r+") as file:
        file.attrs["format_minor"] = 2
        unit, activity = write_axis(file, "unit", range(3)), write_axis(file, "activity", ACTIVITIES)
        run_part = write_axis(file, "run_part", RUN_PARTS)
        seconds = file.create_dataset("unit_seconds", data=[[3.0, 0, 0, 1, 2], [np.nan] * 5, [1.0, 0, 0, 1, 0]])
        attach(seconds, unit, activity)
        attach(file.create_dataset("unit_rank", data=[1, -1, 1]), unit)
        attach(file.create_dataset("unit_flops", data=[6e9, 5e9, 6e9]), unit)
        attach(file.create_dataset("run_seconds", data=[9.0, 1, 0, 0.5, 0.25]), run_part)
        for name in ("unit_seconds", "unit_flops", "run_seconds"):
            put_attributes(file[name], units="s", long_name="what it is")
    return path


def test_the_profile_is_labelled(cube):
    profile = open_profile(cube)
    assert float(profile.seconds.sel(unit=0, activity="waiting")) == 2.0
    assert profile["rank"].values.tolist() == [1, -1, 1]
    assert float(profile.run_seconds.sel(run_part="recording")) == 0.5
    assert profile.seconds.attrs["units"] == "s"


def test_the_example_of_the_docstring_gives_the_rate_of_a_rank(cube):
    profile = open_profile(cube).groupby("rank").sum()
    rate = profile.flops / profile.seconds.drop_sel(activity="waiting").sum("activity")
    assert float(rate.sel(rank=1)) == 12e9 / 6


@pytest.mark.parametrize("change", ["older", "not measured"])
def test_a_cube_without_a_profile_is_refused(cube, change):
    with h5py.File(cube, "r+") as file:
        if change == "older":
            file.attrs["format_minor"] = 1
        else:
            file["unit_rank"][...] = -1
    with pytest.raises(AnalysisError, match="holds no profile"):
        open_profile(cube)
