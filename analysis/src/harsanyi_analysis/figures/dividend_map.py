"""Mean dividend of every coalition of every layer."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .style import DIVERGING, INK, QUIET, signed, styled, without_frame

MOST_LABELLED_COALITIONS = 31  # beyond it only the sizes are named
CLIPPED_SHARE = 0.02  # of the cells may lie beyond the colour scale, so that few outliers do not blank the rest


@styled
def dividend_map(cube: xr.Dataset, groups: xr.Dataset | None = None) -> Figure:
    """Layers from bottom to top, coalitions by size; colour is the mean dividend, white at 0.

    The empty coalition is left out: its dividend is v(empty), which no player has part in. With `groups`
    (of the same orientation) the salient group of each layer is framed.
    """
    mean = _by_size(cube["dividend_mean"])
    layers, coalitions = mean.shape
    labelled = coalitions <= MOST_LABELLED_COALITIONS
    figure = Figure(figsize=(2.6 + max(5.0, (0.68 if labelled else 0.035) * coalitions), 1.7 + 0.25 * layers))
    axes = figure.add_subplot()
    limit = _limit(mean.values)
    image = axes.imshow(mean, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto", origin="lower")
    if labelled:
        _write_numbers(axes, mean.values, limit)
    _label_coalitions(axes, mean, labelled)
    axes.set_yticks(range(layers), [str(layer) for layer in mean["layer"].values])
    axes.set_ylabel("layer")
    if groups is not None:
        _mark_groups(axes, mean, groups, framed=labelled)
    without_frame(axes)
    bar = figure.colorbar(image, ax=axes, extend="both", pad=0.02, fraction=0.05, aspect=35)
    bar.outline.set_visible(False)
    bar.set_label(f"mean dividend ({cube['dividend_mean'].attrs['units']})")
    axes.set_title(f"Which coalitions of heads cooperate (red) or compete (blue)\n{_samples_of(cube)}")
    if cube.attrs["complete"] and np.isnan(mean.values).any():
        axes.set_xlabel(f"{axes.get_xlabel()}; blank: of fewer samples")
    return figure


def _samples_of(cube: xr.Dataset) -> str:
    fewest, most = int(cube["samples"].min()), int(cube["samples"].max())
    return f"mean over {most} samples" if fewest == most else f"mean over {fewest} to {most} samples"


def _by_size(mean: xr.DataArray) -> xr.DataArray:
    """Without the empty coalition; smaller coalitions first, then by bit mask."""
    order = np.lexsort((mean["members"].values, mean["size"].values))
    return mean.isel(coalition=order[1:])


def _limit(mean: np.ndarray) -> float:
    known = np.abs(mean[np.isfinite(mean)])
    return max(float(np.quantile(known, 1 - CLIPPED_SHARE)), 1e-12) if known.size else 1.0


def _write_numbers(axes: Axes, mean: np.ndarray, limit: float) -> None:
    for (layer, column), w in np.ndenumerate(mean):
        if np.isfinite(w):
            on_dark = abs(w) > 0.6 * limit
            axes.text(
                column,
                layer,
                signed(w),
                ha="center",
                va="center",
                fontsize=7,
                color="white" if on_dark else INK,
            )


def _label_coalitions(axes: Axes, mean: xr.DataArray, labelled: bool) -> None:
    sizes = mean["size"].values
    starts = np.flatnonzero(np.diff(sizes, prepend=sizes[0] - 1))
    for start in starts[1:]:
        axes.axvline(start - 0.5, color="white", linewidth=3 if labelled else 1)
    who = "masked" if mean.attrs.get("orientation") == "masked" else "present"
    if labelled:
        axes.set_xticks(range(len(sizes)), mean["coalition"].values, rotation=90 if len(sizes) > 15 else 0)
        axes.set_xlabel(f"coalition of players (KV groups of heads) that are {who}")
        return
    ends = np.append(starts[1:], len(sizes))
    axes.set_xticks((starts + ends - 1) / 2, [str(sizes[start]) for start in starts])
    axes.set_xlabel(f"players {who} in the coalition")


def _mark_groups(axes: Axes, mean: xr.DataArray, groups: xr.Dataset, framed: bool) -> None:
    """A frame around the cell of each layer's group; a diamond where cells are too narrow for frames."""
    column_of = {int(members): column for column, members in enumerate(mean["members"].values)}
    cells = [(column_of[int(m)], row) for row, m in enumerate(groups["members"].values) if int(m) in column_of]
    for column, row in cells:
        if framed:
            corner = (column - 0.5, row - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=INK, linewidth=1.6, zorder=3))
        else:
            axes.plot(column, row, marker="D", markersize=5, color=INK, markeredgecolor="white", zorder=3)
    axes.annotate(
        "framed: salient group of the layer" if framed else "◆ salient group of the layer",
        (1, 1),
        (0, 6),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        color=QUIET,
    )
