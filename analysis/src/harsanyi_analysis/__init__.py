"""Opens the files that harsanyi writes as labelled arrays and tables, and draws them.

    from harsanyi_analysis import open_cube
    open_cube("sentences.cube.h5").dividend_mean.sel(coalition="{0,2}")

The layout of the files is written down in docs/formats.
"""

from .cube import open_cube
from .dividends import dividends_of, in_convention
from .errors import AnalysisError
from .forward import open_forward
from .groups import open_groups
from .profile import open_profile
from .results import open_results

__all__ = [
    "AnalysisError",
    "dividends_of",
    "in_convention",
    "open_cube",
    "open_forward",
    "open_groups",
    "open_profile",
    "open_results",
]
