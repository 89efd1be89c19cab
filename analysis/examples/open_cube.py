"""Open a dividend cube with h5py and xarray, as a user would, and draw its map.

python analysis/examples/open_cube.py CUBE.h5 MAP.png
"""

import sys
from pathlib import Path

import h5py
from harsanyi_analysis import figures, open_cube

path, picture = sys.argv[1:3]

# h5py alone is enough: every axis is a dimension scale with labels.
with h5py.File(path) as file:
    value = file["value"]
    print("h5py  ", value.shape, [dimension.label for dimension in value.dims], value.attrs["units"])

# The package adds labels, dividends per sample and the other conventions.
cube = open_cube(path)
mean = cube["dividend_mean"].isel(coalition=slice(1, None))
largest = mean.isel(mean.argmax(dim=["layer", "coalition"]))
error = cube["dividend_standard_error"].sel(layer=largest["layer"], coalition=largest["coalition"])
print("xarray", dict(cube.sizes))
where = f"layer {int(largest['layer'])}, players {str(largest['coalition'].values)}"
print(f"largest mean dividend: {where}: {float(largest):+.3f} ± {float(error):.3f}")

figures.save_png(figures.dividend_map(cube), Path(picture))
print("drawn ", picture)
