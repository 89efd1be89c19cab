"""Small random checkpoints of every model family, made with transformers.

    random_families.py compare NAME DRIVER   (parity environment) compares logits and greedy tokens with greedy_driver
    random_families.py names                 prints the names, without importing torch
    random_families.py goldens               writes tests/engine/data/families/*: tiny checkpoints with expected numbers

`compare` ends with an error if a logit differs by more than 1e-4, or a greedy token over 64 steps, with or without a
key/value cache.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-4
NEW_TOKENS = 64
LENGTHS = [1, 2, 5, 63, 64, 65, 300, 700]

COMMON = {
    "vocab_size": 331,
    "hidden_size": 96,
    "intermediate_size": 112,
    "num_hidden_layers": 3,
    "max_position_embeddings": 1024,
    "bos_token_id": None,
    "eos_token_id": None,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 128,
}
SLIDING_QWEN = {"use_sliding_window": True, "sliding_window": 40, "max_window_layers": 1}


def heads(query: int, key_value: int, **more) -> dict:
    return COMMON | {"num_attention_heads": query, "num_key_value_heads": key_value} | more


FAMILIES = {
    "llama3_grouped": ("Llama", heads(8, 4, rope_parameters=LLAMA3_ROPE)),
    "llama_ungrouped": ("Llama", heads(6, 6, tie_word_embeddings=True)),
    "llama_biases": ("Llama", heads(6, 2, attention_bias=True)),
    "qwen2_14q2kv_tied": ("Qwen2", heads(14, 2, hidden_size=112, tie_word_embeddings=True)),
    "qwen2_untied": ("Qwen2", heads(6, 3)),
    "qwen2_sliding": ("Qwen2", heads(6, 3, **SLIDING_QWEN)),
    "mistral_window": ("Mistral", heads(6, 3, sliding_window=50)),
    "mistral_full": ("Mistral", heads(6, 3, sliding_window=None, head_dim=24)),
    "qwen3_wide_heads": ("Qwen3", heads(6, 3, head_dim=32)),
    "qwen3_biases_sliding": ("Qwen3", heads(6, 2, head_dim=16, attention_bias=True, **SLIDING_QWEN)),
}


def random_model(family: str, config: dict, seed: int):
    """A model whose weights are large enough that its arg-max tokens are clear."""
    import torch
    import transformers

    torch.set_num_threads(1)  # two would wait for each other on a busy machine
    torch.manual_seed(seed)
    made = getattr(transformers, family + "Config")(**config, attn_implementation="eager")
    model = getattr(transformers, family + "ForCausalLM")(made).eval()
    for name, weight in model.named_parameters():
        if name.endswith("norm.weight"):
            torch.nn.init.normal_(weight, 1.0, 0.2)
        elif weight.dim() == 1:
            torch.nn.init.normal_(weight, 0.0, 0.5)
        else:
            torch.nn.init.normal_(weight, 0.0, 1.5 / weight.shape[1] ** 0.5)
    return model


def greedy(model, tokens: list[int], count: int, use_cache: bool) -> list[int]:
    import torch

    ids = torch.tensor([tokens])
    rules = {
        "do_sample": False,
        "max_new_tokens": count,
        "eos_token_id": None,
        "pad_token_id": 0,
        "use_cache": use_cache,
    }
    return model.generate(ids, attention_mask=torch.ones_like(ids), **rules)[0, len(tokens) :].tolist()


def compare(name: str, driver: str) -> None:
    import torch

    family, config = FAMILIES[name]
    seed = list(FAMILIES).index(name)
    with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
        model = random_model(family, config, seed)
        model.save_pretrained(folder)
        prompts = [torch.randint(config["vocab_size"], (length,)).tolist() for length in LENGTHS]
        request = Path(folder) / "request.json"
        request.write_text(json.dumps({"prompts": prompts, "new_tokens": NEW_TOKENS}), encoding="utf-8")
        ours = json.loads(subprocess.run([driver, folder, request], check=True, capture_output=True).stdout)
        largest, unequal = 0.0, []
        for i, tokens in enumerate(prompts):
            theirs = model(torch.tensor([tokens]), use_cache=False).logits[0]
            difference = (torch.tensor(ours["logits"][i]).view_as(theirs) - theirs).abs().max()
            largest = max(float(difference), largest)  # this order keeps a NaN
            if ours["greedy"][i] != greedy(model, tokens, NEW_TOKENS, use_cache=True):
                unequal.append(f"{len(tokens)} tokens, cached")
            if ours["greedy_uncached"][i] != greedy(model, tokens, NEW_TOKENS, use_cache=False):
                unequal.append(f"{len(tokens)} tokens, uncached")
    print(f"{name}: largest difference of a logit {largest:.1e}; greedy tokens differ for {unequal or 'no prompt'}")
    if not largest <= TOLERANCE or unequal:
        sys.exit("error: harsanyi and transformers disagree")


def write_goldens() -> None:
    import torch
    import transformers

    small = {"vocab_size": 61, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2}
    versions = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"
    for name, changed in {
        "mistral_window": {"sliding_window": 5},
        "qwen3_biases_sliding": {"head_dim": 8, "sliding_window": 6},
        "qwen2_untied": {},
    }.items():
        family, config = FAMILIES[name]
        folder = ROOT / "tests/engine/data/families" / name
        with torch.inference_mode():
            # Stored in bfloat16 for size; the numbers are those of the same weights in float32.
            random_model(family, config | small | changed, seed=1).to(torch.bfloat16).save_pretrained(folder)
            # Loaded anew: `to` has rounded the rotary frequencies as well.
            loaded = transformers.AutoModelForCausalLM
            model = loaded.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
            tokens = torch.randint(small["vocab_size"], (14,)).tolist()
            logits = model(torch.tensor([tokens]), use_cache=False).logits[0]
            expected = {
                "about": f"{versions}, made by tests/parity/random_families.py goldens",
                "tokens": tokens,
                "logits": [round(float(logit), 6) for logit in logits.flatten()],
                "greedy": greedy(model, tokens, 20, use_cache=True),
            }
        (folder / "generation_config.json").unlink(missing_ok=True)
        (folder / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8")


def main() -> None:
    match sys.argv[1:]:
        case ["names"]:
            print("\n".join(FAMILIES))
        case ["goldens"]:
            write_goldens()
        case ["compare", name, driver]:
            compare(name, driver)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
