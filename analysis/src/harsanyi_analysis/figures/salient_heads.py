"""Which query heads are salient, and which are calibrated."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import offset_copy

from .style import BLUE, QUIET, signed, styled, without_frame

CALIBRATED = "#d9e2ec"
LEFT_ALONE = BLUE
CHARACTER_POINTS = 5  # width of a character of the labels at the right


@styled
def salient_heads(groups: xr.Dataset) -> Figure:
    """Layers from bottom to top, query heads by player; the group's label and dividend stand at the right."""
    layers, heads = groups.sizes["layer"], groups.sizes["head"]
    figure = Figure(figsize=(2.9 + max(3.4, 0.3 * heads), 1.7 + 0.22 * layers))
    axes = figure.add_subplot()
    axes.pcolormesh(
        np.arange(heads + 1) - 0.5,
        np.arange(layers + 1) - 0.5,
        groups["calibrated"].values.astype(float),
        cmap=ListedColormap([LEFT_ALONE, CALIBRATED]),
        vmin=0,
        vmax=1,
        edgecolors="white",
        linewidth=1.5,
    )
    _separate_players(axes, groups["player"].values, layers)
    _name_groups(axes, groups)
    axes.set_xticks(range(heads))
    axes.set_yticks(range(layers))
    axes.set_xlabel("query head")
    axes.set_ylabel("layer")
    without_frame(axes)
    axes.legend(
        handles=[Patch(color=LEFT_ALONE, label="left alone"), Patch(color=CALIBRATED, label="calibrated")],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        bbox_transform=offset_copy(axes.transAxes, figure, y=18, units="points"),
        ncols=2,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.2,
    )
    axes.set_title("Which heads GAC leaves alone in each layer", pad=38)
    return figure


def _separate_players(axes: Axes, player: np.ndarray, layers: int) -> None:
    for first in np.flatnonzero(np.diff(player, prepend=-1)):
        if first:
            axes.axvline(first - 0.5, color="white", linewidth=4)
        own = np.flatnonzero(player == player[first])
        axes.text(
            own.mean(),
            layers - 0.3,
            f"player {player[first]}",
            ha="center",
            va="bottom",
            fontsize=8,
            color=QUIET,
        )


def _name_groups(axes: Axes, groups: xr.Dataset) -> None:
    """Two columns of text at the right: the group's players and its mean dividend."""
    labels = [str(label) for label in groups["group"].values]
    wide = 22 + CHARACTER_POINTS * max(map(len, [*labels, "group"]))
    edge, layers = groups.sizes["head"] - 0.5, groups.sizes["layer"]

    def write(text: str, row: float, points: float, **style: object) -> None:
        place = {"xytext": (points, 0), "textcoords": "offset points", "annotation_clip": False}
        axes.annotate(text, (edge, row), fontsize=8, **place, **style)

    write("group", layers - 0.3, 8, va="bottom", color=QUIET)
    write("dividend", layers - 0.3, wide + 24, va="bottom", ha="right", color=QUIET)
    for layer, (label, w) in enumerate(zip(labels, groups["dividend"].values, strict=True)):
        write(label, layer, 8, va="center")
        write(signed(w), layer, wide + 24, va="center", ha="right")
