"""Where the time of a profiled sweep went, as an xarray.Dataset (docs/formats/dividend_cube.md)."""

from pathlib import Path

import xarray as xr

from .errors import AnalysisError
from .formats import CUBE, open_format, plain, texts

SINCE = 2  # minor version


def open_profile(path: str | Path) -> xr.Dataset:
    """The profile of a cube, labelled.

    seconds      [unit, activity]  s; products, attention, rows, other, waiting, since cube 1.3 group; NaN where not
                                   measured
    flops        [unit]            useful operations
    rank         [unit]            that computed the unit; -1 where not measured
    run_seconds  [run_part]        s; wall, idle, failed, recording, serving; sum over the measured runs

    Useful operations per second of each rank, for example:

        profile = open_profile("cube.h5").groupby("rank").sum()
        profile.flops / profile.seconds.drop_sel(activity="waiting").sum("activity")

    Raises AnalysisError if the file is no cube, newer than this package or damaged, or if nothing was measured.
    """
    with open_format(path, CUBE) as file:
        if int(file.attrs["format_minor"]) < SINCE or not (file["unit_rank"][...] >= 0).any():
            raise AnalysisError(f"{path}: holds no profile; `harsanyi sweep --profile` measures one into a new cube")
        profile = xr.Dataset(
            {
                "seconds": (("unit", "activity"), file["unit_seconds"][...]),
                "flops": ("unit", file["unit_flops"][...]),
                "run_seconds": ("run_part", file["run_seconds"][...]),
            },
            coords={
                "activity": texts(file["activity"]),
                "run_part": texts(file["run_part"]),
                "rank": ("unit", file["unit_rank"][...]),
            },
        )
        for name, stored in {"seconds": "unit_seconds", "flops": "unit_flops", "run_seconds": "run_seconds"}.items():
            profile[name].attrs.update({key: plain(file[stored].attrs[key]) for key in ("units", "long_name")})
    return profile
