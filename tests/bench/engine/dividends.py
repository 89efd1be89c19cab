"""Harsanyi dividends of value tables: our routine and shapiq's exact computer."""

import json
import statistics
import time
from pathlib import Path

import numpy as np
from comparison import spread
from machine import command_output

PLAYERS = 8
GAMES = 1_000_000
SHAPIQ_GAMES = 20  # it takes a matter of milliseconds each


def measure_dividends(driver: Path, turns: int) -> dict:
    """Processor seconds per game of both, one thread each, in alternating turns; the tables are at hand."""
    from shapiq import ExactComputer

    ours, theirs, largest = [], [], 0.0
    for _ in range(turns):
        answer = json.loads(command_output([driver, GAMES, PLAYERS]))
        ours.append(answer["seconds"] / GAMES)
        table = answer["first"]
        seconds, dividends = shapiq_dividends(ExactComputer, np.array(table["values"]))
        theirs.append(seconds)
        largest = max(largest, float(np.abs(dividends - np.array(table["dividends"])).max()))
    ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
    return {
        "players": PLAYERS,
        "games": GAMES,
        "shapiq_games": SHAPIQ_GAMES,
        "seconds_per_game": spread(ours),
        "shapiq_seconds_per_game": spread(theirs),
        "ratio": spread(ratios),
        "largest_difference": largest,
    }


def shapiq_dividends(exact_computer: type, values: np.ndarray) -> tuple[float, np.ndarray]:
    """Median processor seconds of a game, and its [2^n] dividends by the bits of coalitions."""
    weights = 1 << np.arange(PLAYERS)
    times = []
    for _ in range(SHAPIQ_GAMES):
        start = time.process_time()
        computed = exact_computer(lambda present: values[present @ weights], PLAYERS).moebius_transform
        times.append(time.process_time() - start)
    dividends = np.zeros(len(values))
    for coalition, place in computed.interaction_lookup.items():
        dividends[sum(1 << player for player in coalition)] = computed.values[place]
    return statistics.median(times), dividends
