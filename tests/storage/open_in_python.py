"""Opens one file of each kind with h5py and xarray, as a user would, and checks what they show.

Called as `open_in_python.py PROGRAM`, where PROGRAM is storage_write_samples. Exit code 77 means skipped.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

try:
    import h5netcdf  # noqa: F401  (the engine that xarray needs)
    import xarray
except ImportError as error:
    xarray = None
    WITHOUT_XARRAY = str(error)

PROGRAM = sys.argv.pop(1)


def value_at(layer, sample, coalition):
    """The value that sample_files.cpp gives each place."""
    return layer + 0.1 * sample - 1.0 / 3.0 * coalition


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        subprocess.run([PROGRAM, str(cls.path)], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_h5py_shows_the_axes_of_a_cube_with_their_labels(self):
        with h5py.File(self.path / "cube.h5") as file:
            value = file["value"]
            self.assertEqual(value.shape, (3, 7, 4))
            self.assertEqual([d.label for d in value.dims], ["layer", "sample", "coalition"])
            self.assertEqual([d.keys() for d in value.dims], [["layer"], ["sample"], ["coalition"]])
            self.assertEqual(list(value.dims[2][0].asstr()), ["{}", "{0}", "{1}", "{0,1}"])
            layer, sample, coalition = np.indices(value.shape)
            np.testing.assert_allclose(value[:], value_at(layer, sample, coalition), rtol=1e-14)
            self.assertEqual(file.attrs["format"], b"dividend-cube")
            self.assertEqual(file.attrs["mask_kind"], b"undifferentiated")
            self.assertEqual(file["identity"].attrs["weights"], b"0123abcd")
            self.assertEqual(file["complete"][()], 1)
            self.assertTrue((file["unit_done"][:] == 1).all())

    def test_the_layout_of_a_cube_is_contiguous_and_allocated(self):
        with h5py.File(self.path / "cube.h5") as file:
            self.assertIsNone(file["value"].chunks)
            self.assertEqual(file["value"].id.get_storage_size(), 8 * 3 * 7 * 4)
            self.assertEqual(file.libver[0], "earliest")

    def test_dividends_in_the_file_are_the_moebius_transform_of_its_values(self):
        with h5py.File(self.path / "cube.h5") as file:
            v = file["value"][:].mean(axis=1)
            w = np.stack([v[:, 0], v[:, 1] - v[:, 0], v[:, 2] - v[:, 0], v[:, 3] - v[:, 1] - v[:, 2] + v[:, 0]], axis=1)
            np.testing.assert_allclose(file["dividend_mean"][:], w, atol=1e-14)
            np.testing.assert_allclose(file["value_mean"][:], v, atol=1e-14)

    def test_xarray_opens_a_cube(self):
        if xarray is None:
            self.skipTest(WITHOUT_XARRAY)
        with xarray.open_dataset(self.path / "cube.h5", engine="h5netcdf") as cube:
            self.assertEqual(cube["value"].dims, ("layer", "sample", "coalition"))
            picked = cube["value"].sel(layer=2, sample=6, coalition="{0,1}")
            self.assertAlmostEqual(float(picked), value_at(2, 6, 3))
            self.assertEqual(list(cube["sample_benchmark"].values), ["sst2"] * 5 + ["trec"] * 2)
            self.assertEqual(list(cube["sample_row"].values), list(range(10, 17)))
            self.assertIn("sample_benchmark", cube["value"].coords)
            self.assertEqual(cube["dividend_mean"].dims, ("layer", "coalition"))
            self.assertEqual(cube["unit_layers"].dims, ("unit", "bound"))
            self.assertEqual(cube.attrs["value_kind"], "label_set")
            self.assertEqual(cube["value"].attrs["units"], "log-odds")
            benchmark_mean = cube["value"].groupby("sample_benchmark").mean("sample")
            self.assertEqual(benchmark_mean.sizes["sample_benchmark"], 2)

    def test_h5py_shows_a_results_table(self):
        with h5py.File(self.path / "results.h5") as file:
            self.assertEqual(list(file["method"].asstr()), ["vanilla", "gac"])
            self.assertEqual(list(file["table"].asstr()), ["smollm2/sst2", "smollm2/mood", "a-model/sst2"])
            group = file["smollm2/mood"]
            self.assertEqual([d.label for d in group["label_logit"].dims], ["method", "item", "label"])
            self.assertEqual(list(group["label"].asstr()), ["glad", "sad", "neither"])
            np.testing.assert_array_equal(group["prediction"][:], group["label_logit"][:].argmax(axis=2))
            self.assertEqual(list(group["part"].asstr()), ["scored"] * 2 + ["calibration"] * 2)

    def test_xarray_opens_a_results_table(self):
        if xarray is None:
            self.skipTest(WITHOUT_XARRAY)
        with xarray.open_dataset(self.path / "results.h5", engine="h5netcdf", group="smollm2/sst2") as table:
            self.assertEqual(table["label_logit"].dims, ("method", "item", "label"))
            self.assertEqual(list(table["label"].values), ["positive", "negative"])

    def test_groups_and_their_heads(self):
        with h5py.File(self.path / "groups.h5") as file:
            self.assertEqual(list(file["group"].asstr()), ["{0,2}", "{}", "{0,1,2}"])
            self.assertEqual(list(file["members"][:]), [5, 0, 7])
            self.assertEqual(list(file["calibrated"][0]), [1, 1, 1, 0, 0, 0, 1, 1, 1])
            self.assertEqual([d.label for d in file["calibrated"].dims], ["layer", "query_head"])

    def test_a_forward_pass(self):
        with h5py.File(self.path / "forward.h5") as file:
            group = file["prompt_0"]
            self.assertEqual([d.label for d in group["attention"].dims], ["layer", "head", "query", "key"])
            self.assertEqual([d.label for d in group["hidden"].dims], ["state", "token", "hidden_unit"])
            self.assertEqual([d.label for d in group["logits"].dims], ["position", "vocabulary"])
            self.assertEqual(list(group["token_text"].asstr()), ["a", " b", "ü"])
            self.assertEqual(group.attrs["text"].decode(), "a bü")
        if xarray is not None:
            with xarray.open_dataset(self.path / "forward.h5", engine="h5netcdf", group="prompt_0") as prompt:
                self.assertEqual(prompt["attention"].dims, ("layer", "head", "query", "key"))


if __name__ == "__main__":
    unittest.main()
