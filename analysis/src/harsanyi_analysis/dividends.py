"""Harsanyi dividends of value tables, vectorised over every axis but the last (coalition)."""

from typing import Literal

import numpy as np

Orientation = Literal["present", "masked"]
ZeroRule = Literal["none", "code"]


def player_count(coalitions: int) -> int:
    """n of a table of 2^n coalitions. Raises ValueError for any other length."""
    players = coalitions.bit_length() - 1
    if coalitions < 1 or coalitions != 1 << players:
        raise ValueError(f"{coalitions} coalitions are no power of two")
    return players


def dividends_of(values: np.ndarray) -> np.ndarray:
    """w(S) = sum over T in S of (-1)^(|S|-|T|) v(T)  (GAC, Eq. 2): the Möbius transform.

    values: [..., 2^n] in log-odds, indexed by the coalition's bit mask. Returns the same shape and unit;
    the sum over the last axis is v(grand). NaN, which marks a value not computed, spreads to every dividend
    that depends on it.
    """
    w = np.array(values, dtype=np.float64)
    players = player_count(w.shape[-1])
    for player in range(players):
        # [..., higher players, this player absent / present, lower players]
        split = w.reshape(*w.shape[:-1], -1, 2, 1 << player)
        split[..., 1, :] -= split[..., 0, :]
    return w


def in_convention(values: np.ndarray, orientation: Orientation, zero: ZeroRule) -> np.ndarray:
    """The table of *present* coalitions as another convention reads it (spec gac.md, section 4).

    `masked` reverses the last axis: entry B = v(grand \\ B). `code` then sets entry 0 to 0, as the released
    code has it; `none` leaves it as measured.
    """
    if orientation not in ("present", "masked"):
        raise ValueError(f"'{orientation}' is no orientation; choose one of: present, masked")
    if zero not in ("none", "code"):
        raise ValueError(f"'{zero}' is no zero rule; choose one of: none, code")
    table = np.array(values, dtype=np.float64)
    if orientation == "masked":
        table = table[..., ::-1].copy()
    if zero == "code":
        table[..., 0] = 0.0
    return table


def mean_and_standard_error(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over axis 1 and sd / sqrt(samples), of the samples that have been computed.

    samples: [layers, samples, 2^n]; a sample counts for a layer if its whole game is known. The mean is NaN
    without any, the standard error with fewer than two.
    """
    known = np.isfinite(samples).all(axis=-1, keepdims=True)
    count = known.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, samples, 0.0).sum(axis=1) / count
        deviation = np.where(known, samples - mean[:, None, :], 0.0)
        error = np.sqrt((deviation**2).sum(axis=1) / (count - 1) / count)
    return mean, np.where(count > 1, error, np.nan)
