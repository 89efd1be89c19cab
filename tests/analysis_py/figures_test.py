"""What the figures show, read back from the drawn artists."""

import numpy as np
import pytest
from harsanyi_analysis import AnalysisError, figures, open_cube, open_forward, open_groups
from harsanyi_analysis.figures.attention import visible
from harsanyi_analysis.figures.style import signed
from sample_files import causal_softmax, write_cube, write_forward, write_groups


@pytest.fixture
def cube(tmp_path, random):
    return open_cube(write_cube(tmp_path / "cube.h5", random.normal(size=(5, 4, 8))))


def test_the_map_shows_every_coalition_but_the_empty_one_by_size(cube):
    axes = figures.dividend_map(cube).axes[0]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["{0}", "{1}", "{2}", "{0,1}", "{0,2}", "{1,2}", "{0,1,2}"]
    drawn = np.asarray(axes.images[0].get_array())
    np.testing.assert_array_equal(drawn[:, 3], cube["dividend_mean"].sel(coalition="{0,1}"))


def test_colours_of_the_map_are_centred_at_zero(cube):
    image = figures.dividend_map(cube).axes[0].images[0]
    low, high = image.get_clim()
    assert low == -high


def test_the_map_frames_the_salient_groups(cube, tmp_path):
    groups = open_groups(write_groups(tmp_path / "g.h5", [1, 2, 4, 3, 7], players=3, heads_per_player=1))
    axes = figures.dividend_map(cube, groups).axes[0]
    assert [patch.get_x() + 0.5 for patch in axes.patches] == [0, 1, 2, 3, 6]


def test_a_large_game_is_drawn_with_sizes_in_place_of_names(tmp_path, random):
    cube = open_cube(write_cube(tmp_path / "cube.h5", random.normal(size=(2, 1, 256))))
    axes = figures.dividend_map(cube).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == [str(size) for size in range(1, 9)]


def test_a_cube_without_a_finished_game_can_be_drawn(tmp_path):
    cube = open_cube(write_cube(tmp_path / "cube.h5", np.full((2, 1, 4), np.nan)))
    figures.svg_of(figures.dividend_map(cube))
    figures.svg_of(figures.sorted_dividends(cube))


def test_sorted_dividends_fall_along_each_line(cube):
    axes = figures.sorted_dividends(cube).axes[0]
    curves = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 7]
    assert len(curves) == 5
    for layer, curve in enumerate(curves):
        assert (np.diff(curve) <= 0).all()
        assert sorted(curve) == sorted(cube["dividend_mean"].values[layer, 1:])


def test_salient_heads_show_which_heads_are_calibrated(tmp_path):
    groups = open_groups(write_groups(tmp_path / "g.h5", [0b01, 0b10], players=2, heads_per_player=2))
    mesh = figures.salient_heads(groups).axes[0].collections[0]
    np.testing.assert_array_equal(mesh.get_array().reshape(2, 4), [[0, 0, 1, 1], [1, 1, 0, 0]])


@pytest.fixture
def attention(random):
    return causal_softmax(random.normal(size=(2, 3, 4, 4)))


def test_the_head_that_changes_most_is_chosen(tmp_path, attention):
    changed = attention.copy()
    changed[1, 2, 3] = [1, 0, 0, 0]
    changed[0, 1, 3, 0] += 1e-3
    tokens = ["a", "b", "c", "d"]
    before = open_forward(write_forward(tmp_path / "b.h5", tokens, attention))
    after = open_forward(write_forward(tmp_path / "a.h5", tokens, changed))
    change = figures.largest_change(before, after)
    assert (change.layer, change.head) == (1, 2)
    figures.svg_of(figures.attention_change(change))


def test_received_attention_is_the_column_average_over_rows_that_see_the_token(attention):
    change = figures.AttentionChange(0, 0, list("abcd"), attention[0, 0], attention[0, 0])
    by_hand = [np.mean([attention[0, 0, k, m] for k in range(m, 4)]) for m in range(4)]
    np.testing.assert_allclose(change.received(attention[0, 0]), by_hand)


def test_files_of_different_prompts_or_without_maps_are_refused(tmp_path, attention):
    four = open_forward(write_forward(tmp_path / "4.h5", list("abcd"), attention))
    three = open_forward(write_forward(tmp_path / "3.h5", list("abc"), attention[..., :3, :3]))
    none = open_forward(write_forward(tmp_path / "0.h5", list("abcd"), None))
    with pytest.raises(AnalysisError, match="different prompts"):
        figures.largest_change(four, three)
    with pytest.raises(AnalysisError, match="'after' has no attention maps"):
        figures.largest_change(four, none)


def test_the_same_picture_has_the_same_bytes(cube):
    assert figures.svg_of(figures.dividend_map(cube)) == figures.svg_of(figures.dividend_map(cube))


def test_tokens_show_their_blanks_and_line_ends():
    assert visible("Ġthe") == "␣the"
    assert visible("Ċ") == "↵"
    assert visible("$x$") == r"\$x\$"


def test_signed_numbers_have_no_negative_zero():
    assert [signed(w) for w in (0.254, -0.254, -0.001, 0.0)] == ["+0.25", "−0.25", "0.00", "0.00"]
