"""What all figures share: fonts, colours, and how they become files."""

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1f2933"
QUIET = "#6b7785"
LINE = "#c9d1d9"
BLUE = "#2166ac"  # the two ends of the diverging map, also distinct for colour-blind readers
RED = "#b2182b"
DIVERGING = "RdBu_r"

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "harsanyi",  # the same picture gives the same bytes
}

Inputs = ParamSpec("Inputs")


def styled(draw: Callable[Inputs, Figure]) -> Callable[Inputs, Figure]:
    """Lets `draw` work under the common style without touching the user's."""

    @wraps(draw)
    def drawn(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Figure:
        with mpl.rc_context(_STYLE):
            return draw(*args, **kwargs)

    return drawn


def without_frame(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)


def signed(number: float) -> str:
    """Two decimals with a sign; "0.00" for what rounds to it."""
    text = f"{number:+.2f}".replace("-", "\u2212")
    return "0.00" if text[1:] == "0.00" else text


def save_png(figure: Figure, path: Path) -> None:
    """Under its name only once it is whole."""
    partial = path.with_name(f"{path.name}.partial")
    with mpl.rc_context(_STYLE):
        figure.savefig(partial, format="png", dpi=160, bbox_inches="tight")
    partial.replace(path)


def svg_of(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with mpl.rc_context(_STYLE):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    return buffer.getvalue()
