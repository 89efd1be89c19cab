"""The published loop: one forward pass of transformers per (sample, layer, coalition)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from games import Entry, Game, log_odds
from transformers import AutoModelForCausalLM


class ValueLoop:
    """A side that computes one value at a time."""

    @torch.inference_mode()
    def values(self, entries: list[Entry]) -> list[float]:
        return [self.value(*entry) for entry in entries]

    def value(self, layer: int, sample: int, coalition: int) -> float:
        raise NotImplementedError


class PublishedLoop(ValueLoop):
    """A hook scales the keys of absent players (GAC Eq. 4): the rotary embedding is linear, so scaling them before it
    is scaling the scores. `all_logits`: of every position, as the published code; else of the last alone."""

    def __init__(self, folder: Path, game: Game, *, all_logits: bool) -> None:
        device = torch.get_default_device()
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval().to(device)
        self.game = game
        self.logits_to_keep = 0 if all_logits else 1

    def value(self, layer: int, sample: int, coalition: int) -> float:
        prompt = self.game.prompts[sample]
        with self.masked(layer, coalition):
            output = self.model(torch.tensor([prompt.tokens]), use_cache=False, logits_to_keep=self.logits_to_keep)
        return log_odds(output.logits[0, -1, prompt.label_tokens].tolist(), prompt.gold)

    @contextmanager
    def masked(self, layer: int, coalition: int) -> Iterator[None]:
        scale = key_scale(self.model.config, coalition, self.game.epsilon)
        keys = self.model.model.layers[layer].self_attn.k_proj
        hook = keys.register_forward_hook(lambda module, inputs, output: output * scale)
        try:
            yield
        finally:
            hook.remove()


def key_scale(config: object, coalition: int, epsilon: float) -> torch.Tensor:
    """[players * head size] factor on each element of a key."""
    players = config.num_key_value_heads
    factors = [1.0 if coalition >> player & 1 else epsilon for player in range(players)]
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return torch.tensor(factors).repeat_interleave(size)
