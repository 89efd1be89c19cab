"""Writes tests/engine/data/smollm2_goldens.json: what transformers computes on the demo's model, for tests without it.

    make_goldens.py MODEL_DIR ROWS.jsonl       (parity environment: tools/setup.sh --parity)

Twenty rows of the demo's sentences by number (their text stays outside the repository): token ids of the prompt, and of
the last position the logits of the label tokens, the ten largest logits, the log-sum-exp; float32, eager attention.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parents[2]


@torch.inference_mode()
def main() -> None:
    folder, rows = Path(sys.argv[1]), Path(sys.argv[2])
    entry = json.loads((ROOT / "configs/benchmarks/sentences.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    labels = [tokenizer.encode(word).ids[-1] for word in entry["label_words"]]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    lines = rows.read_text(encoding="utf-8").splitlines()
    goldens = []
    for number in range(0, 400, 20):
        text = entry["instruction"] + entry["template"].replace("{text}", json.loads(lines[number])["text"])
        ids = tokenizer.encode(text).ids
        logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
        top = torch.topk(logits, 10)
        goldens.append(
            {
                "tokens": ids,
                "label_logits": [round(float(logits[label]), 6) for label in labels],
                "top_tokens": top.indices.tolist(),
                "top_logits": [round(float(value), 6) for value in top.values],
                "logsumexp": round(float(torch.logsumexp(logits.double(), 0)), 6),
            }
        )
    about = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, made by tests/parity/make_goldens.py"
    target = ROOT / "tests/engine/data/smollm2_goldens.json"
    target.parent.mkdir(exist_ok=True)
    head = json.dumps({"about": about, "label_tokens": labels})[:-1]
    body = ",\n  ".join(json.dumps(golden) for golden in goldens)
    target.write_text(f'{head}, "prompts": [\n  {body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
