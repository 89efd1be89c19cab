"""A results file as a table of items (docs/formats/results.md)."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from .formats import RESULTS, open_format, plain, text_group, texts

NONE = -1  # a predicted label or token where there is none


def open_results(path: str | Path) -> pd.DataFrame:
    """One row per (model, benchmark, method, item).

    Columns: model, benchmark, method, answers (kind of answer), part ("scored" or "calibration"), row (line of
    its file, from 0), correct (missing where not computed; for generated texts: exact match). Where answers are
    labels or options also gold and prediction (indices; prediction -1 where the answer names none or was not
    computed), gold_label, predicted_label, scores (one logit or log-likelihood per label, NaN where the item
    lacks the label); for generated texts f1. `attrs` holds `complete`, `identity` and `provenance`.
    """
    with open_format(path, RESULTS) as file:
        methods = texts(file["method"])
        tables = [
            _method_rows(file[model][benchmark], model, benchmark, methods, index)
            for model in _groups(file)
            for benchmark in _groups(file[model])
            for index in range(methods.size)
        ]
        frame = pd.concat(tables, ignore_index=True)
        frame.attrs = {
            "complete": bool(file["complete"][()]),
            "identity": text_group(file, "identity"),
            "provenance": text_group(file, "provenance"),
        }
    return frame


def _groups(parent: h5py.Group) -> list[str]:
    return [
        name for name, item in parent.items() if isinstance(item, h5py.Group) and name not in ("identity", "provenance")
    ]


def _method_rows(group: h5py.Group, model: str, benchmark: str, methods: np.ndarray, index: int) -> pd.DataFrame:
    answers = plain(group.attrs["answers"])
    columns = _text_columns(group, index) if answers == "generated_text" else _label_columns(group, index, answers)
    return pd.DataFrame(
        {
            "model": model,
            "benchmark": benchmark,
            "method": methods[index],
            "answers": answers,
            "part": texts(group["part"]),
            "row": group["row"][...],
            **columns,
        }
    )


def _label_columns(group: h5py.Group, index: int, answers: str) -> dict:
    labels = texts(group["label"])
    gold = group["gold"][...]
    prediction = group["prediction"][index]
    computed = (group["token"][index] if answers == "next_token" else prediction) != NONE
    scores = group["log_likelihood" if answers == "option_likelihood" else "label_logit"]
    return {
        "gold": gold,
        "prediction": prediction,
        "correct": _where(computed, prediction == gold),
        "gold_label": labels[gold],
        "predicted_label": np.where(prediction != NONE, labels[prediction], None),
        "scores": list(scores[index]),
    }


def _text_columns(group: h5py.Group, index: int) -> dict:
    measures = list(texts(group["measure"]))
    score = group["score"][index]
    exact = score[:, measures.index("exact_match")]
    return {"correct": _where(~np.isnan(exact), exact == 1), "f1": score[:, measures.index("f1")]}


def _where(computed: np.ndarray, correct: np.ndarray) -> pd.array:
    column = pd.array(correct, dtype="boolean")
    column[~computed] = pd.NA
    return column
