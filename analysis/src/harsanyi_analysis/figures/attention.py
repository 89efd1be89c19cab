"""Attention of one prompt before and after calibration (GAC, Fig. 5)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from ..errors import AnalysisError
from .style import BLUE, DIVERGING, INK, LINE, QUIET, RED, styled, without_frame

MOST_LABELLED_TOKENS = 72


@dataclass(frozen=True)
class AttentionChange:
    """One head's attention map without and with calibration; row = query, column = key, causal."""

    layer: int
    head: int
    tokens: list[str]
    before: np.ndarray  # [tokens, tokens]
    after: np.ndarray

    def received(self, attention: np.ndarray) -> np.ndarray:
        """Mean attention that each token receives from itself and later ones (GAC, Eq. 9)."""
        count = np.arange(attention.shape[1], 0, -1)
        return np.tril(attention).sum(axis=0) / count


def largest_change(before: xr.Dataset, after: xr.Dataset) -> AttentionChange:
    """The (layer, head) whose map moves most, by the sum of magnitudes over all entries.

    Raises AnalysisError if a file has no attention maps or the two are of different prompts or models.
    """
    for which, data in (("before", before), ("after", after)):
        if "attention" not in data:
            raise AnalysisError(
                f"the forward file '{which}' has no attention maps; run `harsanyi forward` with --attention"
            )
    same_shape = before["attention"].shape == after["attention"].shape
    if not same_shape or not np.array_equal(before["token_id"], after["token_id"]):
        raise AnalysisError(
            "the attention files before and after calibration are of different prompts or models; run "
            "`harsanyi forward` twice with the same --model and --text, once with --calibrate"
        )
    moved = np.abs(after["attention"].values - before["attention"].values).sum(axis=(2, 3))
    layer, head = (int(i) for i in np.unravel_index(moved.argmax(), moved.shape))
    return AttentionChange(
        layer,
        head,
        [visible(text) for text in before["token_text"].values],
        before["attention"].values[layer, head],
        after["attention"].values[layer, head],
    )


def visible(token: str) -> str:
    """A token as a label: blanks and line ends shown by signs."""
    for sign, shown in (("Ġ", "␣"), (" ", "␣"), ("Ċ", "↵"), ("\n", "↵"), ("\t", "⇥")):
        token = token.replace(sign, shown)
    return token.replace("$", r"\$")


@styled
def attention_change(change: AttentionChange) -> Figure:
    """Map before, map after, their difference, and the mean attention that each token receives."""
    count = len(change.tokens)
    side = min(max(4.2, 0.115 * count), 8.0)
    figure = Figure(figsize=(2 * side + 2.4, 2 * side + 1.8), layout="constrained")
    (upper_left, upper_right), (lower_left, lower_right) = figure.subplots(2, 2)
    future = np.triu(np.ones((count, count), dtype=bool), 1)
    shared = PowerNorm(0.5, 0, max(change.before.max(), change.after.max()))
    for axes, attention, title in (
        (upper_left, change.before, "before calibration"),
        (upper_right, change.after, "after calibration"),
    ):
        image = axes.imshow(np.ma.array(attention, mask=future), cmap="Blues", norm=shared)
        _finish_map(axes, change.tokens, title)
    _bar(figure, image, [upper_left, upper_right], "attention (square-root scale)")
    difference = change.after - change.before
    limit = max(float(np.abs(difference).max()), 1e-12)
    image = lower_left.imshow(np.ma.array(difference, mask=future), cmap=DIVERGING, vmin=-limit, vmax=limit)
    _finish_map(lower_left, change.tokens, "after minus before")
    _bar(figure, image, [lower_left], "change of attention")
    _draw_received(lower_right, change)
    figure.suptitle(
        f"Attention of layer {change.layer}, head {change.head}: the head that calibration changes most",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
        color=INK,
    )
    return figure


def _bar(figure: Figure, image, axes: list[Axes], label: str) -> None:
    bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.01, aspect=35)
    bar.outline.set_visible(False)
    bar.set_label(label)


def _token_ticks(tokens: list[str]) -> tuple[range, list[str]]:
    shown = range(0, len(tokens), -(-len(tokens) // MOST_LABELLED_TOKENS))
    return shown, [tokens[i] for i in shown]


def _finish_map(axes: Axes, tokens: list[str], title: str) -> None:
    where, labels = _token_ticks(tokens)
    axes.set_xticks(where, labels, rotation=90, fontsize=6.5)
    axes.set_yticks(where, labels, fontsize=6.5)
    axes.set_xlabel("looks at (key)", color=QUIET)
    axes.set_ylabel("token (query)", color=QUIET)
    axes.set_title(title)
    without_frame(axes)


def _draw_received(axes: Axes, change: AttentionChange) -> None:
    """Horizontal bars without the first token, which takes most of the attention and is never calibrated."""
    places = np.arange(1, len(change.tokens))
    before, after = change.received(change.before)[1:], change.received(change.after)[1:]
    axes.hlines(places, before, after, color=LINE, linewidth=2, zorder=1)
    axes.scatter(before, places, s=16, color=BLUE, label="before", zorder=2)
    axes.scatter(after, places, s=16, color=RED, marker="D", label="after", zorder=3)
    where, labels = _token_ticks(change.tokens)
    axes.set_yticks(where, labels, fontsize=6.5)
    axes.set_ylim(len(change.tokens) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=LINE, linewidth=0.5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("mean attention from itself and later tokens", color=QUIET)
    axes.set_title("attention that each token receives (first token left out)")
    axes.legend(loc="lower right", frameon=False)
