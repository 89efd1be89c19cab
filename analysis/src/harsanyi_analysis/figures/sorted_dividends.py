"""Dividends of each layer in descending order (GAC, Fig. 2b)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import SymmetricalLogLocator

from .style import INK, LINE, QUIET, styled


@styled
def sorted_dividends(cube: xr.Dataset) -> Figure:
    """One line per layer: its mean dividends without the empty coalition's, largest first.

    The vertical axis is linear around 0 and logarithmic outside, so that one strong layer does not flatten
    the others. A few large dividends and many near 0 mean that few coalitions carry the effect.
    """
    mean = cube["dividend_mean"].isel(coalition=slice(1, None))
    layers, coalitions = mean.shape
    descending = -np.sort(-mean.values, axis=1)
    rank = np.arange(1, coalitions + 1)
    colours = ScalarMappable(Normalize(0, max(layers - 1, 1)), "viridis")
    figure = Figure(figsize=(7.6, 4.4))
    axes = figure.add_subplot()
    axes.axhline(0, color=QUIET, linewidth=0.8)
    few = coalitions <= 31
    for layer, w in enumerate(descending):
        axes.plot(
            rank,
            w,
            color=colours.to_rgba(layer),
            linewidth=1.3,
            alpha=0.85,
            marker="o" if few else "",
            markersize=3,
        )
    _scale_dividends(axes, _linear_part(descending))
    _name_strongest(axes, mean, descending)
    if few:
        axes.set_xticks(rank)
    axes.set_xlabel("rank of the coalition within its layer")
    axes.set_ylabel(f"mean dividend ({cube['dividend_mean'].attrs['units']})")
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    bar = figure.colorbar(colours, ax=axes, pad=0.02, aspect=30)
    bar.outline.set_visible(False)
    bar.set_label("layer")
    axes.set_title("How dividends are spread within each layer")
    return figure


def _linear_part(w: np.ndarray) -> float:
    """Half width of the linear part of the axis: the power of ten below the median magnitude."""
    magnitude = np.abs(w[np.isfinite(w) & (w != 0)])
    return float(10 ** np.floor(np.log10(np.median(magnitude)))) if magnitude.size else 1.0


def _scale_dividends(axes: Axes, linear_part: float) -> None:
    axes.set_yscale("symlog", linthresh=linear_part)
    axes.yaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=linear_part, subs=[1, 2, 5]))
    axes.yaxis.set_major_formatter(lambda w, _: f"{w:g}".replace("-", "\u2212"))


def _name_strongest(axes: Axes, mean: xr.DataArray, descending: np.ndarray) -> None:
    if not np.isfinite(descending[:, 0]).any():
        return
    layer = int(np.nanargmax(descending[:, 0]))
    coalition = str(mean["coalition"].values[int(np.nanargmax(mean.values[layer]))])
    axes.annotate(
        f"layer {layer}, {coalition}",
        (1, descending[layer, 0]),
        (8, 2),
        textcoords="offset points",
        fontsize=8,
        color=INK,
    )
