import os
import shutil

import h5py
import numpy as np
import pytest
import xarray as xr
from harsanyi_analysis import AnalysisError, dividends_of, open_cube
from harsanyi_analysis.dividends import mean_and_standard_error
from sample_files import write_cube


@pytest.fixture
def value(random):
    return random.normal(size=(3, 4, 8))


def test_axes_carry_names_and_labels(tmp_path, value):
    cube = open_cube(write_cube(tmp_path / "cube.h5", value))
    assert cube["value"].dims == ("layer", "sample", "coalition")
    labels = ["{}", "{0}", "{1}", "{0,1}", "{2}", "{0,2}", "{1,2}", "{0,1,2}"]
    assert cube["coalition"].values.tolist() == labels
    assert cube["size"].values.tolist() == [0, 1, 1, 2, 1, 2, 2, 3]
    assert cube["benchmark"].values.tolist() == ["sentences"] * 4
    assert float(cube["value"].sel(layer=2, sample=1, coalition="{0,2}")) == value[2, 1, 5]


def test_dividends_are_those_of_the_values(tmp_path, value):
    cube = open_cube(write_cube(tmp_path / "cube.h5", value))
    np.testing.assert_array_equal(cube["dividend"], dividends_of(value))
    np.testing.assert_allclose(cube["dividend_mean"], dividends_of(value).mean(axis=1))


def test_a_finished_cube_gives_the_summaries_it_stores(tmp_path, value):
    stored = {name: np.full((3, 8), i) for i, name in enumerate(["dividend_mean", "dividend_standard_error"])}
    cube = open_cube(write_cube(tmp_path / "cube.h5", value, stored))
    assert cube.attrs["complete"] is True
    assert (cube["dividend_mean"] == 0).all()
    assert (cube["dividend_standard_error"] == 1).all()


def test_a_compressed_copy_opens_as_the_original(tmp_path, value):
    original = write_cube(tmp_path / "cube.h5", value)
    copy = shutil.copy(original, tmp_path / "copy.h5")
    with h5py.File(copy, "r+") as file:
        unit = file["value"].attrs["units"]
        del file["value"]
        file.create_dataset("value", data=value, chunks=(1, 2, 8), compression="gzip", shuffle=True)
        file["value"].attrs["units"] = unit
    xr.testing.assert_identical(open_cube(copy), open_cube(original))


def test_another_convention_is_derived_and_recorded(tmp_path, value):
    path = write_cube(tmp_path / "cube.h5", value, {})
    masked = open_cube(path, orientation="masked", zero="code")
    assert (masked.attrs["orientation"], masked.attrs["zero_rule"]) == ("masked", "code")
    np.testing.assert_array_equal(masked["value"][..., 1:], value[..., ::-1][..., 1:])
    assert (masked["value"].sel(coalition="{}") == 0).all()
    np.testing.assert_allclose(masked["dividend_mean"], masked["dividend"].mean("sample"))


def test_an_unfinished_cube_is_read_up_to_what_is_there(tmp_path, value):
    value[1, 2, 3] = np.nan
    cube = open_cube(write_cube(tmp_path / "cube.h5", value))
    assert cube.attrs["complete"] is False
    assert np.isfinite(cube["dividend_mean"]).all()
    np.testing.assert_allclose(cube["dividend_mean"][1], cube["dividend"][1, [0, 1, 3]].mean("sample"))


def test_a_complete_cube_may_lack_samples_of_layers_that_were_decided_early(tmp_path, value):
    value[1, 2:] = np.nan
    path = write_cube(tmp_path / "cube.h5", value, {})
    with h5py.File(path, "r+") as file:
        file["unit_done"][1] = 2
    cube = open_cube(path)
    assert cube["samples"].values.tolist() == [4, 2, 4]
    assert cube.attrs["units_not_needed"] == 1
    assert cube.attrs["units_done"] + cube.attrs["units_not_needed"] == cube.attrs["units"]


def test_facts_about_the_experiment_are_attributes(tmp_path, value):
    cube = open_cube(write_cube(tmp_path / "cube.h5", value))
    assert cube.attrs["mask_kind"] == "undifferentiated"
    assert cube.attrs["epsilon"] == 1e-5
    assert cube.attrs["identity"] == {"weights": "sha256 of weights"}


def test_a_missing_file_is_named_with_the_command_that_makes_it(tmp_path):
    with pytest.raises(AnalysisError, match=r"none\.h5: no such file; `harsanyi sweep` writes one"):
        open_cube(tmp_path / "none.h5")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(AnalysisError, match="cannot be read as HDF5"):
        open_cube(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w"):
        pass
    with pytest.raises(AnalysisError, match="not a file of harsanyi"):
        open_cube(tmp_path / "other.h5")


@pytest.mark.parametrize(("major", "minor", "age"), [(2, 0, "newer"), (1, 4, "newer"), (0, 9, "older")])
def test_a_version_that_cannot_be_read_is_refused(tmp_path, value, major, minor, age):
    path = write_cube(tmp_path / "cube.h5", value)
    with h5py.File(path, "a") as file:
        file.attrs.update(format_major=major, format_minor=minor)
    with pytest.raises(AnalysisError, match=rf"version {major}\.{minor} .* use an? {age}"):
        open_cube(path)


@pytest.mark.parametrize("part", ["value", "coalition", "sample_row", "unit_done", "complete"])
def test_a_cube_that_lacks_a_part_is_called_damaged(tmp_path, value, part):
    path = write_cube(tmp_path / "cube.h5", value)
    with h5py.File(path, "a") as file:
        del file[part]
    with pytest.raises(AnalysisError, match=r"damaged.*restore it from a copy"):
        open_cube(path)


def test_a_truncated_cube_is_an_error_and_no_crash(tmp_path, value):
    path = write_cube(tmp_path / "cube.h5", value)
    size = path.stat().st_size
    os.truncate(path, size // 2)
    with pytest.raises(AnalysisError):
        open_cube(path)


def test_a_cube_of_the_cpp_code_agrees_with_its_own_summaries(tmp_path):
    made = os.environ.get("HARSANYI_TEST_CUBE")
    if not made:
        pytest.skip("HARSANYI_TEST_CUBE names no cube written by the C++ code")
    path = shutil.copy(made, tmp_path / "cube.h5")
    cube = open_cube(path)
    assert cube.attrs["complete"], "the cube of the test is finished"
    mean, error = mean_and_standard_error(cube["dividend"].values)
    np.testing.assert_allclose(cube["dividend_mean"], mean, atol=1e-9)
    np.testing.assert_allclose(cube["dividend_standard_error"], error, atol=1e-9)
    full = cube["value"].isel(coalition=-1)
    np.testing.assert_allclose(cube["dividend"].sum("coalition"), full, atol=1e-9)
    assert cube.attrs["identity"], "the facts that decide the numbers are recorded"
    assert cube["coalition"].values[0] == "{}"
