"""Compares every logit of the demo's model with transformers, live: 20 scored sentences, float32.

    compare_with_transformers.py HARSANYI MODEL_DIR DATA_DIR      (parity environment: tools/setup.sh --parity)

Ends with an error if a logit at the last position differs by more than 2e-4, or a label prediction differs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

TOLERANCE = 2e-4
ROOT = Path(__file__).parents[2]


@torch.inference_mode()
def main() -> None:
    program, folder, data = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    entry = json.loads((ROOT / "configs/benchmarks/sentences.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    labels = [tokenizer.encode(word).ids[-1] for word in entry["label_words"]]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    lines = (data / "sentences/scored.jsonl").read_text(encoding="utf-8").splitlines()[:20]
    texts = [entry["instruction"] + entry["template"].replace("{text}", json.loads(line)["text"]) for line in lines]
    prompts = [tokenizer.encode(text).ids for text in texts]
    largest, agree = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        rows, out = Path(scratch) / "rows.jsonl", Path(scratch) / "out.h5"
        written = [json.dumps({"tokens": ids, "label_tokens": labels, "gold": 0}) for ids in prompts]
        rows.write_text("\n".join(written) + "\n", encoding="utf-8")
        command = [program, "forward", "--model", folder, "--rows", rows, "--last-only", "--out", out]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(out) as file:
            for i, ids in enumerate(prompts):
                theirs = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
                ours = torch.from_numpy(file[f"prompt_{i}/logits"][-1])
                largest = max(float((ours - theirs).abs().max()), largest)  # this order keeps a NaN
                agree += int(ours[labels].argmax() == theirs[labels].argmax())
    print(f"largest difference of a logit {largest:.2e}; label predictions equal in {agree} of {len(prompts)}")
    if not largest <= TOLERANCE or agree != len(prompts):
        sys.exit("error: harsanyi and transformers disagree")


if __name__ == "__main__":
    main()
