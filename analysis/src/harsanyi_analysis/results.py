"""A results file as a table of items (docs/formats/results.md)."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from .formats import RESULTS, open_format, text_group, texts

NOT_COMPUTED = -1


def open_results(path: str | Path) -> pd.DataFrame:
    """One row per (model, benchmark, method, item).

    Columns: model, benchmark, method, part ("scored" or "calibration"), row (line of its file, from 0),
    gold and prediction (label indices; prediction -1 where not computed), correct (missing where not
    computed), gold_label, predicted_label, logits (one per label). `attrs` holds `complete`, `identity` and
    `provenance`.
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
    labels = texts(group["label"])
    gold = group["gold"][...]
    prediction = group["prediction"][index]
    computed = prediction != NOT_COMPUTED
    correct = pd.array(prediction == gold, dtype="boolean")
    correct[~computed] = pd.NA
    return pd.DataFrame(
        {
            "model": model,
            "benchmark": benchmark,
            "method": methods[index],
            "part": texts(group["part"]),
            "row": group["row"][...],
            "gold": gold,
            "prediction": prediction,
            "correct": correct,
            "gold_label": labels[gold],
            "predicted_label": np.where(computed, labels[prediction], None),
            "logits": list(group["label_logit"][index]),
        }
    )
