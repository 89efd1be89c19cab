"""Groups, results and forward files."""

import h5py
import numpy as np
import pandas as pd
import pytest
from harsanyi_analysis import AnalysisError, open_forward, open_groups, open_results
from sample_files import causal_softmax, write_axis, write_forward, write_groups, write_results


def test_groups_name_the_heads_of_the_salient_players(tmp_path):
    groups = open_groups(write_groups(tmp_path / "g.h5", [0b101, 0b010], players=3, heads_per_player=2))
    assert groups["group"].values.tolist() == ["{0,2}", "{1}"]
    assert groups["player"].values.tolist() == [0, 0, 1, 1, 2, 2]
    assert groups["salient"].values.tolist() == [
        [True, True, False, False, True, True],
        [False, False, True, True, False, False],
    ]
    np.testing.assert_array_equal(groups["calibrated"], ~groups["salient"])
    assert groups.attrs["selection_rule"] == "max_dividend"


@pytest.fixture
def results(tmp_path):
    logits = np.array(
        [[[2, 1], [0, 3], [1, 0]], [[1, 2], [0, 1], [np.nan, np.nan]]],
        dtype=float,
    )
    return write_results(tmp_path / "r.h5", logits, gold=[0, 1, 1], parts=["scored", "scored", "calibration"])


def test_results_have_one_row_per_method_and_item(results):
    frame = open_results(results)
    assert len(frame) == 6
    vanilla = frame[frame["method"] == "vanilla"]
    assert vanilla["correct"].tolist() == [True, True, False]
    assert vanilla["predicted_label"].tolist() == ["negative", "positive", "negative"]
    assert vanilla["part"].tolist() == ["scored", "scored", "calibration"]
    assert vanilla["scores"].iloc[1].tolist() == [0, 3]
    assert set(frame["benchmark"]) == {"sentences"}


def test_an_answer_that_is_not_computed_is_missing_and_not_wrong(results):
    frame = open_results(results)
    last = frame[frame["method"] == "gac"].iloc[2]
    assert last["prediction"] == -1
    assert pd.isna(last["predicted_label"])
    assert frame["correct"].isna().sum() == 1


def test_an_answer_that_names_no_option_is_wrong_and_not_missing(results):
    with h5py.File(results, "r+") as file:
        group = file["smollm2/sentences"]
        group.attrs["answers"] = "next_token"
        group["prediction"][0, 0] = -1
        group["token"] = np.array([[7, 8, 9], [7, 8, -1]], dtype=np.int32)
    frame = open_results(results)
    assert frame["correct"].isna().tolist() == [False] * 5 + [True]
    assert not frame["correct"][0]
    assert pd.isna(frame["predicted_label"][0])


def test_generated_texts_have_exact_match_and_f1(results):
    with h5py.File(results, "r+") as file:
        group = file["smollm2/sentences"]
        group.attrs["answers"] = "generated_text"
        write_axis(group, "measure", ["exact_match", "f1", "exact_match_first", "f1_first"])
        score = np.zeros((2, 3, 4), dtype=np.float32)
        score[0, 0] = [1, 1, 0, 0.5]
        score[0, 1, 1] = 0.25
        score[1, 2] = np.nan
        group["score"] = score
    frame = open_results(results)
    assert frame["correct"].tolist()[:3] == [True, False, False]
    assert frame["f1"].tolist()[:2] == [1, 0.25]
    assert pd.isna(frame["correct"].iloc[5])


def test_forward_gives_tokens_logits_and_maps(tmp_path, random):
    attention = causal_softmax(random.normal(size=(2, 3, 4, 4)))
    path = write_forward(tmp_path / "f.h5", ["a", "Ġb", "Ġc", "d"], attention)
    forward = open_forward(path)
    assert forward["attention"].dims == ("layer", "head", "query", "key")
    np.testing.assert_allclose(forward["attention"].sum("key"), 1, rtol=1e-6)
    assert forward["token_text"].values.tolist() == ["a", "Ġb", "Ġc", "d"]
    assert forward["logits"].sizes == {"position": 1, "vocabulary": 5}
    assert "hidden" not in forward


def test_a_prompt_that_is_not_there_is_named(tmp_path):
    path = write_forward(tmp_path / "f.h5", ["a"], None)
    with pytest.raises(AnalysisError, match="has no prompt 3; it has 1"):
        open_forward(path, prompt=3)
