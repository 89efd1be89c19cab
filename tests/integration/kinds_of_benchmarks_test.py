"""Benchmarks of every kind through sweep, select, layers, evaluate and report, on a tiny random model."""

import json
import shutil
import sys

import h5py
import harsanyi_analysis as analysis
import numpy as np
import pytest
from program import LAYERS, PLAYERS, Program, write_model
from text_sets import write_sets, write_tokenizer


@pytest.fixture
def texts(program: Program) -> Program:
    vocabulary = write_tokenizer(program.model)
    write_model(program.model, seed=3, vocabulary=vocabulary, positions=600)
    write_sets(program.folder / "data")
    return program


def evaluate(program: Program, results: str, *more: object, ranks: int = 0):
    return program.run("evaluate", "--model", program.model, "--data", "data", "--unit-items", 3, "--results", results,
                       *more, ranks=ranks)  # fmt: skip


def sweep(program: Program, cube: str, *more: object):
    return program.run("sweep", "--model", program.model, "--data", "data", "--cube", cube, *more)


ALL = ["--benchmark", "cb", "--benchmark", "arc_easy", "--benchmark", "squad"]
METHODS = ["--method", "vanilla", "--method", "all_heads"]


def test_every_kind_is_answered_the_same_by_one_and_by_two_ranks(texts: Program):
    evaluate(texts, "one.h5", *ALL, *METHODS)
    evaluate(texts, "two.h5", *ALL, *METHODS, ranks=2)
    texts.run("inspect", "one.h5", "--require-complete", "--verify")
    names = []
    with h5py.File(texts.folder / "one.h5") as one, h5py.File(texts.folder / "two.h5") as two:
        one["tiny"].visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        assert {"cb/label_logit", "arc_easy/token", "squad/generated_token"} <= set(names)
        for name in names:
            assert one["tiny"][name][()].tobytes() == two["tiny"][name][()].tobytes(), name


def test_a_letter_is_the_most_likely_token_of_the_vocabulary_or_none(texts: Program):
    evaluate(texts, "r.h5", *ALL, *METHODS)
    texts.run("forward", "--model", texts.model, "--text", "x", "--out", "f.h5")  # the model loads as it is
    with h5py.File(texts.folder / "r.h5") as file:
        table = file["tiny/arc_easy"]
        logits, largest = table["label_logit"][:], table["token"][:]
        assert np.isnan(logits[:, ::2, 2]).all(), "rows of two options have no third logit"
        for method, item in np.ndindex(largest.shape):
            token, prediction = largest[method, item], table["prediction"][method, item]
            options = np.isfinite(logits[method, item]).sum()
            bytes_of_letters = [ord(letter) for letter in "ABC"]
            expected = next((i for i in range(options) if token in (bytes_of_letters[i], 256 + i)), -1)
            assert prediction == expected
    frame = analysis.open_results(texts.folder / "r.h5")
    assert set(frame["answers"]) == {"label_logits", "next_token", "generated_text"}
    assert frame["correct"].notna().all()


def test_option_likelihoods_are_sums_over_the_options_tokens(texts: Program):
    evaluate(texts, "l.h5", "--benchmark", "arc_easy", "--method", "vanilla", "--choice-scoring", "option_likelihood")
    context = [*b"Question: What is 0 plus one?\nAnswer:"]
    option = [*b" 1"]
    texts.run("forward", "--model", texts.model, "--tokens", ",".join(map(str, context + option)), "--out", "f.h5")
    with h5py.File(texts.folder / "f.h5") as forward, h5py.File(texts.folder / "l.h5") as results:
        logits = forward["prompt_0/logits"][:].astype(float)
        table = results["tiny/arc_easy"]
        expected = sum(
            logits[len(context) - 1 + i, token] - np.logaddexp.reduce(logits[len(context) - 1 + i])
            for i, token in enumerate(option)
        )
        assert table["log_likelihood"][0, 0, 0] == pytest.approx(expected, abs=1e-4)
        assert table["option_length"][0].tolist() == [1, 1, 0]


def test_the_f1_game_is_that_of_the_masked_models_answers(texts: Program):
    words = ["--benchmark", "squad", "--hold-out", 4, "--samples", 2, "--unit-layers", 2]
    sweep(texts, "f1.h5", *words)
    with h5py.File(texts.folder / "f1.h5") as cube:
        assert cube["value"].attrs["units"].decode() == "F1"
        value = cube["value"][:]
        assert value.shape == (LAYERS, 2, 2**PLAYERS)
        assert ((value >= 0) & (value <= 1)).all()
        assert (value[:, :, -1] == value[0, :, -1]).all(), "the grand coalition is the unmodified model in every layer"
        held_out = set(cube["sample_row"][:].tolist())
    evaluate(texts, "r.h5", "--benchmark", "squad", "--hold-out", 4, "--method", "vanilla")
    with h5py.File(texts.folder / "r.h5") as results:
        scored = set(results["tiny/squad/row"][:].tolist())
    assert len(scored) == 6
    assert not scored & held_out


def test_groups_of_one_benchmark_come_from_its_samples_alone(texts: Program):
    pools = ["--samples", 6, "--value", "full_vocabulary"]
    sweep(texts, "both.h5", "--benchmark", "cb", "--benchmark", "arc_easy", *pools)
    sweep(texts, "alone.h5", "--benchmark", "arc_easy", *pools)
    texts.run("select", "--cube", "both.h5", "--benchmark", "arc_easy", "--groups", "part.h5")
    texts.run("select", "--cube", "alone.h5", "--groups", "whole.h5")
    with h5py.File(texts.folder / "part.h5") as part, h5py.File(texts.folder / "whole.h5") as whole:
        assert part.attrs["benchmarks"] == b"arc_easy"
        np.testing.assert_array_equal(part["members"], whole["members"])
        np.testing.assert_array_equal(part["dividend"], whole["dividend"])
    refused = texts.run("select", "--cube", "alone.h5", "--benchmark", "cb", "--groups", "x.h5", check=False)
    assert refused.returncode != 0
    assert "no samples of benchmark 'cb'; it has: arc_easy" in refused.stderr


@pytest.fixture
def searched(texts: Program) -> Program:
    sweep(texts, "cube.h5", "--benchmark", "arc_easy", "--samples", 6)
    texts.run("select", "--cube", "cube.h5", "--groups", "groups.h5")
    search(texts, "layers")
    return texts


def search(program: Program, out: str, *more: object):
    return program.run("layers", "--model", program.model, "--groups", "groups.h5", "--benchmark", "arc_easy", "--data",
                       "data", "--calibration-samples", 8, "--choice-scoring", "option_likelihood", "--out", out,
                       *more)  # fmt: skip


def test_a_search_takes_the_best_layer_of_every_round(searched: Program):
    found = json.loads((searched.folder / "layers/layers.json").read_text())
    assert found["split"] == "calibration"
    assert len(found["scores"]) == len(found["layers"]) + 1
    assert found["scores"] == sorted(found["scores"])
    first = analysis.open_results(searched.folder / "layers/round_01.h5").groupby("method")["correct"].mean()
    assert found["scores"][0] == pytest.approx(first["vanilla"])
    best = first.drop("vanilla").max()
    if found["layers"]:
        assert found["scores"][1] == pytest.approx(best)
        assert first[f"layer {found['layers'][0]}"] == best
    else:
        assert best <= first["vanilla"]
    again = search(searched, "layers")
    assert "units done (" in again.stderr + again.stdout, "finished rounds are not computed again"


def test_results_say_which_rows_their_layers_were_chosen_by(searched: Program):
    search(searched, "cheating", "--split", "scored")
    words = ["--benchmark", "arc_easy", "--groups", "groups.h5", "--method", "vanilla", "--method", "gac"]
    evaluate(searched, "honest.h5", *words, "--layers-from", "layers/layers.json")
    shown = evaluate(searched, "cheating.h5", *words, "--layers-from", "cheating/layers.json").stdout
    assert "gac (layers chosen by scored rows)" in shown
    with h5py.File(searched.folder / "honest.h5") as results:
        assert results["method"].asstr()[1] == "gac (layers chosen by calibration rows)"
    searched.run("report", "--results", "honest.h5", "--results", "cheating.h5", "--cube", "cube.h5", "--groups",
                 "groups.h5", "--out", "report", "--python", sys.executable, check=False)  # fmt: skip
    table = (searched.folder / "report/accuracy.csv").read_text()
    assert "layers chosen by scored rows" in table
    assert "layers chosen by calibration rows" in table


def test_one_model_with_layers_chosen_by_scored_rows_labels_the_method(searched: Program):
    search(searched, "cheating", "--split", "scored")
    shutil.copytree(searched.model, searched.folder / "twin")
    shown = evaluate(
        searched, "two.h5", "--benchmark", "arc_easy", "--groups", "groups.h5", "--model", "twin", "--groups",
        "groups.h5", "--method", "gac", "--layers-from", "cheating/layers.json", "--layers-from", "layers/layers.json",
    ).stdout  # fmt: skip
    assert "gac (layers chosen by scored rows)" in shown


def test_the_release_convention_is_one_word_and_recorded(texts: Program):
    sweep(texts, "cube.h5", "--benchmark", "cb", "--samples", 6)
    texts.run("select", "--cube", "cube.h5", "--convention", "release", "--groups", "groups.h5")
    with h5py.File(texts.folder / "groups.h5") as groups, h5py.File(texts.folder / "cube.h5") as cube:
        shown = {name: groups.attrs[name].decode() for name in ("orientation", "zero_rule", "value_scale")}
        assert shown == {"orientation": "masked", "zero_rule": "code", "value_scale": "probability"}
        # w_code(B) from p by its definition, B the masked players (spec gac.md section 4).
        p = 1 / (1 + np.exp(-cube["value"][:]))
        masked = p[:, :, ::-1].copy()
        masked[:, :, 0] = 0
        w = np.zeros_like(masked)
        for b in range(2**PLAYERS):
            for t in range(2**PLAYERS):
                if t & ~b == 0:
                    w[:, :, b] += (-1) ** (b.bit_count() - t.bit_count()) * masked[:, :, t]
        np.testing.assert_array_equal(groups["members"], w.mean(axis=1).argmax(axis=1))


def test_long_rows_are_refused_skipped_or_cut_and_counted(texts: Program):
    long = {"id": "long", "title": "t", "context": "x" * 700, "question": "?", "answers": {"text": ["x"]}}
    with (texts.folder / "data/squad/validation.jsonl").open("a") as file:
        file.write(json.dumps(long) + "\n")
    words = ["--benchmark", "squad", "--method", "vanilla"]
    refused = texts.run("evaluate", "--model", texts.model, "--data", "data", "--results", "x.h5", *words, check=False)
    assert refused.returncode == 3
    assert "validation.jsonl, line 11" in refused.stderr
    for rule, attribute, items in (("skip", "rows_skipped", 10), ("truncate_left", "rows_truncated", 11)):
        done = evaluate(texts, f"{rule}.h5", *words, "--long-rows", rule)
        assert "longer than the model's positions" in done.stderr
        with h5py.File(texts.folder / f"{rule}.h5") as results:
            assert results["tiny/squad"].attrs[attribute] == 1
            assert results["tiny/squad/row"].size == items


def test_drawn_items_are_other_rows_than_the_first_ones(texts: Program):
    words = ["--benchmark", "cb", "--method", "vanilla", "--items", 5]
    evaluate(texts, "first.h5", *words)
    evaluate(texts, "drawn.h5", *words, "--draw-items")
    with h5py.File(texts.folder / "first.h5") as first, h5py.File(texts.folder / "drawn.h5") as drawn:
        assert first["tiny/cb/row"][:].tolist() == [0, 1, 2, 3, 4]
        rows = drawn["tiny/cb/row"][:].tolist()
        assert rows != [0, 1, 2, 3, 4]
        assert len(set(rows)) == 5


def test_a_chat_model_asked_without_its_template_is_named(texts: Program):
    words = ["--benchmark", "cb", "--method", "vanilla"]
    assert "chat model" not in evaluate(texts, "a.h5", *words).stderr
    (texts.model / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    assert "'tiny' is a chat model" in evaluate(texts, "b.h5", *words).stderr


def test_plan_needs_no_checkpoint(texts: Program):
    (texts.folder / "shape.json").write_bytes((texts.model / "config.json").read_bytes())
    plan = ["plan", "--model", "shape.json", "--benchmark", "arc_easy", "--samples", 40]
    shown = texts.run(*plan, "--prompt-tokens", 30).stdout
    assert "shape (llama): 4 layers" in shown
    assert "40 of 30 to 30 tokens" in shown
    assert texts.run(*plan, check=False).returncode != 0
