"""Laws of the Möbius transform (spec gac.md, sections 4 and 10)."""

import numpy as np
import pytest
from harsanyi_analysis.dividends import dividends_of, in_convention, mean_and_standard_error, player_count

EVERY_GAME_SIZE = pytest.mark.parametrize("players", [0, 1, 2, 3, 5, 8])


def dividends_by_definition(values: np.ndarray) -> np.ndarray:
    """The slow twin: the sum over subsets as Eq. 2 has it."""
    w = np.zeros_like(values)
    for s in range(values.size):
        for t in range(values.size):
            if t & s == t:
                w[s] += (-1) ** (s ^ t).bit_count() * values[t]
    return w


@EVERY_GAME_SIZE
def test_dividends_equal_their_definition(players, random):
    values = random.normal(size=2**players)
    np.testing.assert_allclose(dividends_of(values), dividends_by_definition(values), atol=1e-12)


@EVERY_GAME_SIZE
def test_dividends_add_up_to_the_value_of_the_grand_coalition(players, random):
    values = random.normal(size=(2, 3, 2**players))
    np.testing.assert_allclose(dividends_of(values).sum(axis=-1), values[..., -1], atol=1e-11)


def test_each_game_of_a_table_is_transformed_alone(random):
    values = random.normal(size=(4, 5, 8))
    whole = dividends_of(values)
    for layer in range(4):
        for sample in range(5):
            np.testing.assert_array_equal(whole[layer, sample], dividends_of(values[layer, sample]))


def test_a_shift_of_all_values_moves_only_the_empty_coalition(random):
    values = random.normal(size=16)
    moved = dividends_of(values + 2.5) - dividends_of(values)
    np.testing.assert_allclose(moved, [2.5] + [0] * 15, atol=1e-12)


def test_the_input_is_left_as_it_was(random):
    values = random.normal(size=8)
    copy = values.copy()
    dividends_of(values)
    in_convention(values, "masked", "code")
    np.testing.assert_array_equal(values, copy)


def test_masked_dividends_follow_from_present_ones(random):
    """w'(B) = (-1)^|B| times the sum of w over all supersets of B."""
    values = random.normal(size=16)
    w = dividends_of(values)
    masked = dividends_of(in_convention(values, "masked", "none"))
    for b in range(16):
        supersets = sum(w[s] for s in range(16) if s & b == b)
        assert masked[b] == pytest.approx((-1) ** b.bit_count() * supersets, abs=1e-12)


def test_the_forced_zero_lifts_odd_and_lowers_even_coalitions_by_the_unmodified_value(random):
    values = random.normal(size=16)
    measured = dividends_of(in_convention(values, "masked", "none"))
    forced = dividends_of(in_convention(values, "masked", "code"))
    parity = np.array([(-1) ** b.bit_count() for b in range(16)])
    np.testing.assert_allclose(forced, measured - parity * values[-1], atol=1e-12)


@pytest.mark.parametrize("length", [0, 3, 6])
def test_a_table_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="power of two"):
        player_count(length)


@pytest.mark.parametrize(("orientation", "zero"), [("absent", "none"), ("present", "baseline")])
def test_an_unknown_convention_is_refused_by_name(orientation, zero):
    with pytest.raises(ValueError, match="choose one of"):
        in_convention(np.zeros(4), orientation, zero)


def test_mean_and_error_are_those_of_numpy_when_all_is_known(random):
    table = random.normal(size=(3, 6, 4))
    mean, error = mean_and_standard_error(table)
    np.testing.assert_allclose(mean, table.mean(axis=1))
    np.testing.assert_allclose(error, table.std(axis=1, ddof=1) / np.sqrt(6))


def test_samples_with_a_missing_value_do_not_count(random):
    table = random.normal(size=(1, 4, 4))
    table[0, 2, 3] = np.nan
    mean, error = mean_and_standard_error(table)
    known, known_error = mean_and_standard_error(table[:, [0, 1, 3]])
    np.testing.assert_allclose(mean, known)
    np.testing.assert_allclose(error, known_error)


def test_one_sample_has_a_mean_and_no_error(random):
    table = random.normal(size=(1, 1, 4))
    mean, error = mean_and_standard_error(table)
    np.testing.assert_array_equal(mean, table[:, 0])
    assert np.isnan(error).all()
