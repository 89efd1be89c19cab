"""Compares the vanilla answers of a results file with those of transformers, item by item.

    compare_evaluation.py RESULTS MODEL_DIR SHARED [SET ...]      (parity environment: tools/setup.sh --parity)

RESULTS is written by `harsanyi evaluate` with the method vanilla; SHARED holds spec/prompts.json and datasets/. All
sets of the file are compared, or those named. The prompts are built from prompts.json by
tests/benchmark/prompts_from_spec.py, tokenised by `tokenizers` and answered by transformers in float32 with eager
attention: nothing of harsanyi is in the way. Prints one line per set, and every item that differs with the distance
between the two best logits. Ends with an error if an answer differs whose distance exceeds 1e-3, which rounding cannot
explain.
"""

import json
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/benchmark"))
from prompts_from_spec import SETS, prompts_of  # noqa: E402

EXPLAINED_BY_ROUNDING = 1e-3


class Reference:
    def __init__(self, folder: Path, shared: Path):
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.shared = shared
        self.spec = json.loads((shared / "spec/prompts.json").read_text(encoding="utf-8"))

    def prompts(self, name: str, rows: list[int]) -> list[list[int]]:
        kind = next(kind for kind, names in SETS.items() if name in names)
        entry = self.spec[kind][SETS[kind][name]]
        folder = self.shared / "datasets" / re.sub("_fixed|_as_released|_paper", "", name)
        lines = (folder / f"{entry['evaluation_split']}.jsonl").read_bytes().split(b"\n")
        content = [json.loads(line) for line in lines if line]
        texts = list(prompts_of(name, kind, entry, self.spec["notes"]["letters"], content, len(content)))
        return [self.tokenizer.encode(texts[row]).ids for row in rows]

    def logits(self, ids: list[int]) -> np.ndarray:
        return self.model(torch.tensor([ids]), use_cache=False, logits_to_keep=1).logits[0, -1].numpy()

    def generated(self, ids: list[int], count: int) -> str:
        with torch.random.fork_rng():
            out = self.model.generate(torch.tensor([ids]), max_new_tokens=count, do_sample=False, pad_token_id=0)
        return self.text(out[0, len(ids) :].tolist())

    def text(self, ids: list[int]) -> str:
        return self.tokenizer.decode([i for i in ids if i >= 0]).split(".")[0]


def margin(values: np.ndarray) -> float:
    best = np.sort(values)[-2:]
    return float(best[1] - best[0])


def compare_labels(reference: Reference, group: h5py.Group, name: str, method: int, prompts: list) -> list[str]:
    labels = group["label"].asstr()[:].tolist()
    words = None
    if group.attrs["answers"].decode() == "label_logits":
        entry = json.loads((ROOT / f"configs/benchmarks/{name}.json").read_text(encoding="utf-8"))
        words = [reference.tokenizer.encode(word, add_special_tokens=False).ids[-1] for word in entry["label_words"]]
    different = []
    for item, ids in enumerate(prompts):
        logits = reference.logits(ids)
        ours = int(group["prediction"][method, item])
        if words is not None:
            theirs, distance = int(logits[words].argmax()), margin(logits[words])
        else:
            text = reference.tokenizer.decode([int(logits.argmax())]).strip()
            options = np.isfinite(group["label_logit"][method, item]).sum()
            theirs, distance = (labels.index(text) if text in labels[:options] else -1), margin(logits)
        if ours != theirs:
            different.append((item, ours, theirs, distance))
    return different


def compare_texts(reference: Reference, group: h5py.Group, method: int, prompts: list) -> list[str]:
    tokens = group["generated_token"][method]
    different = []
    for item, ids in enumerate(prompts):
        ours, theirs = reference.text(tokens[item].tolist()), reference.generated(ids, tokens.shape[1])
        if ours != theirs:
            different.append((item, ours, theirs, float("nan")))
    return different


@torch.inference_mode()
def main() -> None:
    results, folder, shared = (Path(argument) for argument in sys.argv[1:4])
    named = sys.argv[4:]
    reference = Reference(folder, shared)
    failed = False
    with h5py.File(results, "r", locking=False) as file:
        method = file["method"].asstr()[:].tolist().index("vanilla")
        for table in file["table"].asstr()[:]:
            group, name = file[table], table.split("/")[1]
            if named and name not in named:
                continue
            scored = group["part"].asstr()[:] == "scored"
            prompts = reference.prompts(name, group["row"][:][scored].tolist())
            if group.attrs["answers"].decode() == "generated_text":
                different = compare_texts(reference, group, method, prompts)
            else:
                different = compare_labels(reference, group, name, method, prompts)
            print(f"{name}: {len(prompts)} items, {len(different)} answers differ", flush=True)
            for item, ours, theirs, distance in different:
                print(
                    f"  item {item}: {ours!r}, transformers {theirs!r}, distance of its two best logits {distance:.2e}"
                )
                failed |= not distance <= EXPLAINED_BY_ROUNDING
    if failed:
        sys.exit("error: harsanyi and transformers answer differently")


if __name__ == "__main__":
    main()
