"""Writes tests/engine/data/smollm2_goldens.json: what transformers computes on the demo's model, for tests without it.

    make_goldens.py MODEL_DIR       (parity environment: tools/setup.sh --parity)

For each sentence, in the prompt of configs/benchmarks/sentences.json: token ids, and of the last position the logits of
the label tokens, the ten largest logits and the log-sum-exp; float32, eager attention.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

ROOT = Path(__file__).parents[2]
SENTENCES = [
    "A warm, funny film that never talks down to its audience.",
    "Two hours of my life that I want back.",
    "The plot creaks, the jokes limp, and yet I left with a smile.",
    "Nobody needed a third part of this, least of all its cast.",
    "She plays the mayor with a dry wit that rescues every scene.",
    "It is 94 minutes long and feels like 194.",
    "An honest little drama about a café, a ferry and a lost dog.",
    "The camera loves the mountains; the script forgets the people on them.",
    "I laughed once, at the end credits.",
    "Rarely has a chase on bicycles been this thrilling!",
    "Not bad, not good, not anything.",
    "If you liked the book, stay at home and read it again.",
    "The young lead is a discovery, and the music is even better.",
    "A mess -- loud, long & pointless.",
    "What begins as a farce turns into something tender and true.",
    "The dubbing is so poor that I turned the sound off.",
    "Beautifully lit, slowly paced, quietly devastating.",
    "There are 3 good minutes in it, and the trailer shows all 3.",
    "My children asked to see it twice, and I did not mind at all.",
    "The twist is silly, the ending sillier, the popcorn was fine.",
]


@torch.inference_mode()
def main() -> None:
    folder = Path(sys.argv[1])
    entry = json.loads((ROOT / "configs/benchmarks/sentences.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    labels = [tokenizer.encode(word).ids[-1] for word in entry["label_words"]]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    goldens = []
    for sentence in SENTENCES:
        text = entry["instruction"] + entry["template"].replace("{text}", sentence)
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
    versions = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"
    about = f"{versions}, made by tests/parity/make_goldens.py"
    target = ROOT / "tests/engine/data/smollm2_goldens.json"
    target.parent.mkdir(exist_ok=True)
    head = json.dumps({"about": about, "label_tokens": labels})[:-1]
    body = ",\n  ".join(json.dumps(golden) for golden in goldens)
    target.write_text(f'{head}, "prompts": [\n  {body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
