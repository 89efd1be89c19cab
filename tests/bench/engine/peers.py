"""The masked forward pass in two libraries for interventions; each masks by scaling the keys of absent players."""

import tempfile
from pathlib import Path

import torch
from games import Game, log_odds
from published_loop import ValueLoop, key_scale
from transformers import AutoModelForCausalLM


class NnsightLoop(ValueLoop):
    """nnsight around the transformers model: one trace per value."""

    def __init__(self, folder: Path, game: Game) -> None:
        from nnsight import NNsight

        self.hf_model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.model = NNsight(self.hf_model)
        self.game = game

    def value(self, layer: int, sample: int, coalition: int) -> float:
        prompt = self.game.prompts[sample]
        scale = key_scale(self.hf_model.config, coalition, self.game.epsilon)
        with self.model.trace(torch.tensor([prompt.tokens]), use_cache=False):
            keys = self.model.model.layers[layer].self_attn.k_proj
            keys.output = keys.output * scale
            logits = self.model.lm_head.output[0, -1].save()
        return log_odds(logits[prompt.label_tokens].tolist(), prompt.gold)


class TransformerLensLoop(ValueLoop):
    """transformer-lens's bridge to the transformers model: one run with a hook on the keys per value."""

    def __init__(self, folder: Path, game: Game) -> None:
        from transformer_lens.model_bridge import TransformerBridge

        with tempfile.TemporaryDirectory() as place:
            self.model = TransformerBridge.boot_transformers(
                str(folder), device="cpu", dtype=torch.float32, tokenizer=placeholder_tokenizer(place)
            )
        self.config = self.model.original_model.config
        self.game = game

    def value(self, layer: int, sample: int, coalition: int) -> float:
        prompt = self.game.prompts[sample]
        scale = key_scale(self.config, coalition, self.game.epsilon)
        logits = self.model.run_with_hooks(
            torch.tensor([prompt.tokens]),
            fwd_hooks=[(f"blocks.{layer}.attn.k.hook_out", lambda keys, hook: keys * scale.view(keys.shape[2:]))],
        )
        return log_odds(logits[0, -1, prompt.label_tokens].tolist(), prompt.gold)


def placeholder_tokenizer(place: str) -> object:
    """The bridge wants a tokenizer from a folder although it is given token ids, and a random model has none."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"unknown": 0}, unk_token="unknown"))
    special = dict.fromkeys(("unk_token", "bos_token", "eos_token", "pad_token"), "unknown")
    PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(place)
    return PreTrainedTokenizerFast.from_pretrained(place)
