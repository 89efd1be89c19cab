"""The best batched PyTorch program that we could write for the same game, by the short cuts that need no engine:

- the trunk (ordinary pass) of a sample runs once for all its layers and coalitions, the grand coalition is the trunk;
- attention outputs are additive over players: 2n projections give all 2^n inputs of the layers above;
- coalitions side by side in one batch; samples sorted by length and padded on the right, where causal attention never
  looks at the padding, so that torch's fused causal attention applies;
- the last layer, and the last layer's game, at the last position alone; logits of the label tokens alone;
- fused weights for q, k, v and for gate, up; samples and rows per batch chosen by a short measurement.

Suffixes of shapes: N sequences (C coalitions of B samples), T longest prompt, d hidden, H query heads, n players, D
head size, I width of the MLP.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from games import Entry, Game, log_odds
from transformers import AutoModelForCausalLM

SAMPLES_PER_BATCH = (1, 8)
ROWS_PER_BATCH = {"cpu": (512, 1024, 2048), "cuda": (2048, 8192, 32768, 65536)}

Job = tuple[int, tuple[int, ...]]  # layer, coalitions


@dataclass(frozen=True)
class Layer:
    attention_norm: torch.Tensor
    qkv: torch.Tensor  # [(H + 2n) D, d]
    o: torch.Tensor  # [d, H D]
    mlp_norm: torch.Tensor
    gate_up: torch.Tensor  # [2 I, d]
    down: torch.Tensor  # [d, I]

    @staticmethod
    def of(layer: torch.nn.Module) -> "Layer":
        attention, mlp = layer.self_attn, layer.mlp
        return Layer(
            layer.input_layernorm.weight,
            torch.cat([attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]),
            attention.o_proj.weight,
            layer.post_attention_layernorm.weight,
            torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]),
            mlp.down_proj.weight,
        )


@dataclass(frozen=True)
class Batch:
    """Some samples side by side."""

    samples: list[int]
    lengths: list[int]
    last_B: torch.Tensor  # last position of each, where the model is

    @staticmethod
    def of(samples: list[int], lengths: list[int]) -> "Batch":
        return Batch(samples, lengths, torch.tensor(lengths) - 1)

    @property
    def padded(self) -> bool:
        return len(set(self.lengths)) > 1

    def repeated(self, coalitions: int) -> "Batch":
        return Batch(self.samples * coalitions, self.lengths * coalitions, self.last_B.repeat(coalitions))


@dataclass(frozen=True)
class Trunk:
    batch: Batch
    inputs_BTd: list[torch.Tensor]  # of every layer
    output_Bd: torch.Tensor  # of the last layer at the last positions


class SmartPyTorch:
    @torch.inference_mode()
    def __init__(self, folder: Path, game: Game) -> None:
        device = torch.get_default_device()
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval().to(device)
        config = model.config
        self.game = game
        self.heads, self.players, self.eps = (
            config.num_attention_heads,
            config.num_key_value_heads,
            config.rms_norm_eps,
        )
        self.embedding = model.model.embed_tokens.weight
        self.norm, self.lm_head = model.model.norm.weight, model.lm_head.weight
        self.layers = []
        for layer in model.model.layers:
            self.layers.append(Layer.of(layer))
            layer.self_attn = layer.mlp = None  # frees what was copied
        longest = max(len(prompt.tokens) for prompt in game.prompts)
        cos, sin = model.model.rotary_emb(self.embedding[:1], torch.arange(longest)[None])
        self.cos_TD, self.sin_TD = cos[0], sin[0]
        self.rows_per_batch = sys.maxsize  # while measuring, a list of coalitions is one batch
        self.samples_per_batch, self.rows_per_batch = self.fastest_batch(ROWS_PER_BATCH[device.type])

    @torch.inference_mode()
    def values(self, units: list[int]) -> list[list[float]]:
        """Per unit, in the order of `Unit.entries`. The trunk of a sample runs once per call."""
        wanted = [self.game.units[unit] for unit in units]
        jobs: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # sample, layer: coalitions
        for unit in wanted:
            for layer, sample, coalition in unit.entries():
                jobs[sample][layer].append(coalition)
        alike: dict[tuple[Job, ...], list[int]] = defaultdict(list)
        for sample, of_sample in jobs.items():
            alike[tuple((layer, tuple(coalitions)) for layer, coalitions in of_sample.items())].append(sample)
        table: dict[Entry, float] = {}
        for of_samples, samples in alike.items():
            for batch in self.batches(samples, self.samples_per_batch):
                trunk = self.trunk(batch)
                for layer, coalitions in of_samples:
                    table |= self.layer_values(trunk, layer, coalitions)
        return [[table[entry] for entry in unit.entries()] for unit in wanted]

    # ---- batches

    def batches(self, samples: list[int], size: int) -> list[Batch]:
        by_length = sorted(samples, key=self.length)
        parts = [by_length[i : i + size] for i in range(0, len(by_length), size)]
        return [Batch.of(part, [self.length(sample) for sample in part]) for part in parts]

    def length(self, sample: int) -> int:
        return len(self.game.prompts[sample].tokens)

    def fastest_batch(self, rows_per_batch: tuple[int, ...]) -> tuple[int, int]:
        """(samples, rows) of least time per value, on samples of middle lengths and a layer in the middle."""
        layers = sorted({layer for unit in self.game.units for layer in range(*unit.layers)})
        layer, coalitions = layers[len(layers) // 2], range(*self.game.units[0].coalitions)
        times: dict[tuple[int, int], float] = {}
        measured = set()
        for size in SAMPLES_PER_BATCH:
            batches = self.batches(list(range(len(self.game.prompts))), size)
            trunk = self.trunk(batches[len(batches) // 2])
            for rows in rows_per_batch:
                chunk = coalitions[: self.copies(trunk, rows)]
                if (size, len(chunk)) in measured:
                    continue
                measured.add((size, len(chunk)))
                self.layer_values(trunk, layer, chunk)
                start = time.perf_counter()
                self.layer_values(trunk, layer, chunk)
                times[size, rows] = (time.perf_counter() - start) / (len(chunk) * len(trunk.batch.samples))
        return min(times, key=times.__getitem__)

    def copies(self, trunk: Trunk, rows: int) -> int:
        samples, tokens, _ = trunk.inputs_BTd[0].shape
        return max(1, rows // (samples * tokens))

    # ---- the game

    def trunk(self, batch: Batch) -> Trunk:
        longest = max(batch.lengths)
        tokens = [self.game.prompts[sample].tokens for sample in batch.samples]
        tokens_BT = torch.tensor([own + [0] * (longest - len(own)) for own in tokens])
        x = F.embedding(tokens_BT, self.embedding)
        inputs = []
        for layer in range(len(self.layers) - 1):
            inputs.append(x)
            x = self.layer(layer, x)
        inputs.append(x)
        return Trunk(batch, inputs, self.last_layer(x, batch))

    def layer_values(self, trunk: Trunk, layer: int, coalitions: Sequence[int]) -> dict[Entry, float]:
        grand = (1 << self.players) - 1
        values: dict[Entry, float] = {}
        if grand in coalitions:
            values |= self.answers(trunk.output_Bd[None], trunk.batch, layer, [grand])
        masked = [coalition for coalition in coalitions if coalition != grand]
        if not masked:
            return values
        base, players_n = self.player_outputs(trunk, layer)
        copies = self.copies(trunk, self.rows_per_batch)
        for start in range(0, len(masked), copies):
            chunk = masked[start : start + copies]
            x_Cxd = self.inputs_above(base, players_n, chunk)
            values |= self.answers(self.run_above(layer, x_Cxd, trunk.batch), trunk.batch, layer, chunk)
        return values

    def player_outputs(self, trunk: Trunk, layer: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What the layer adds to its input if nobody is present, added; and what each player's presence changes:
        [B, T, d] and [n, B, T, d], in the last layer [B, d] and [n, B, d] of the last positions."""
        weights, x, batch = self.layers[layer], trunk.inputs_BTd[layer], trunk.batch
        is_last = layer == len(self.layers) - 1
        q, k, v = self.qkv(weights, x, batch if is_last else None)
        normal = q.shape[-1] ** -0.5
        o_nrD = weights.o.unflatten(1, (self.players, -1)).permute(1, 2, 0)  # [n, r D, d]

        def of_players(scale: float) -> torch.Tensor:
            attended = self.attend_last(q, k, v, scale, batch) if is_last else self.attend(q, k, v, scale)
            rows = attended.unflatten(-1, (self.players, -1)).flatten(0, -3)  # [rows, n, r D]
            return torch.bmm(rows.transpose(0, 1), o_nrD)

        present, absent = of_players(normal), of_players(normal * self.game.epsilon)
        base = at_last(x, batch) if is_last else x
        base_rows = base.flatten(0, -2)
        return (base_rows + absent.sum(0)).view_as(base), (present - absent).unflatten(1, base.shape[:-1])

    def inputs_above(self, base: torch.Tensor, players_n: torch.Tensor, chunk: list[int]) -> torch.Tensor:
        """[C, *base]: the input of the MLP for every coalition, as one product with the coalitions' bits."""
        bits = [[float(coalition >> player & 1) for player in range(self.players)] for coalition in chunk]
        x = torch.addmm(base.reshape(1, -1), torch.tensor(bits), players_n.reshape(self.players, -1))
        return x.view(len(chunk), *base.shape)

    def run_above(self, layer: int, x: torch.Tensor, batch: Batch) -> torch.Tensor:
        """[C, B, d] output of the last layer at the last positions."""
        coalitions = x.shape[0]
        x = self.mlp(self.layers[layer], x.flatten(0, 1))  # [N, T, d] or [N, d]
        if layer < len(self.layers) - 1:
            for above in range(layer + 1, len(self.layers) - 1):
                x = self.layer(above, x)
            x = self.last_layer(x, batch.repeated(coalitions))
        return x.unflatten(0, (coalitions, -1))

    def answers(self, last_CBd: torch.Tensor, batch: Batch, layer: int, chunk: list[int]) -> dict[Entry, float]:
        normed = self.rms(last_CBd, self.norm)
        prompts = [self.game.prompts[sample] for sample in batch.samples]
        logits = [F.linear(normed[:, b], self.lm_head[prompt.label_tokens]) for b, prompt in enumerate(prompts)]
        of_prompts = [of_prompt.tolist() for of_prompt in on_host(logits)]
        return {
            (layer, sample, coalition): log_odds(of_prompts[b][c], prompts[b].gold)
            for b, sample in enumerate(batch.samples)
            for c, coalition in enumerate(chunk)
        }

    # ---- the layers

    def layer(self, layer: int, x_NTd: torch.Tensor) -> torch.Tensor:
        weights = self.layers[layer]
        q, k, v = self.qkv(weights, x_NTd, None)
        attended = self.attend(q, k, v, q.shape[-1] ** -0.5)
        return self.mlp(weights, x_NTd + F.linear(attended, weights.o))

    def last_layer(self, x_NTd: torch.Tensor, batch: Batch) -> torch.Tensor:
        """[N, d]"""
        weights = self.layers[-1]
        q, k, v = self.qkv(weights, x_NTd, batch)
        attended = self.attend_last(q, k, v, q.shape[-1] ** -0.5, batch)
        return self.mlp(weights, at_last(x_NTd, batch) + F.linear(attended, weights.o))

    def qkv(
        self, weights: Layer, x_NTd: torch.Tensor, last_of: Batch | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """[N, H, T, D], [N, n, T, D] twice; q of the last position alone, [N, H, 1, D], if `last_of` is given."""
        normed = self.rms(x_NTd, weights.attention_norm)
        size = self.cos_TD.shape[1]
        cos, sin = self.cos_TD[: x_NTd.shape[1]], self.sin_TD[: x_NTd.shape[1]]
        if last_of is None:
            heads = F.linear(normed, weights.qkv).unflatten(-1, (-1, size)).transpose(1, 2)
            q, k, v = heads.split([self.heads, self.players, self.players], dim=1)
            return rotated(q, cos, sin), rotated(k, cos, sin), v
        split = self.heads * size
        q = F.linear(at_last(normed, last_of), weights.qkv[:split]).unflatten(-1, (-1, size))
        heads = F.linear(normed, weights.qkv[split:]).unflatten(-1, (-1, size)).transpose(1, 2)
        k, v = heads.split([self.players, self.players], dim=1)
        q = rotated(q, cos[last_of.last_B][:, None], sin[last_of.last_B][:, None])
        return q[:, :, None], rotated(k, cos, sin), v

    def attend(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scale: float) -> torch.Tensor:
        """[N, T, H D]"""
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale, enable_gqa=True)
        return attended.transpose(1, 2).flatten(2)

    def attend_last(
        self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, scale: float, batch: Batch
    ) -> torch.Tensor:
        """[N, H D]"""
        mask = None
        if batch.padded:
            mask = (torch.arange(k.shape[2]) <= batch.last_B[:, None])[:, None, None]
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale, enable_gqa=True)
        return attended.flatten(1)

    def mlp(self, weights: Layer, x: torch.Tensor) -> torch.Tensor:
        gate, up = F.linear(self.rms(x, weights.mlp_norm), weights.gate_up).chunk(2, dim=-1)
        return x + F.linear(F.silu(gate).mul_(up), weights.down)

    def rms(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(x, weight.shape, weight, self.eps)


def on_host(parts: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """Tensors [coalitions, labels of a prompt] in host memory: one wait for the device."""
    return torch.cat(parts, dim=1).cpu().split([part.shape[1] for part in parts], dim=1)


def at_last(x_NTd: torch.Tensor, batch: Batch) -> torch.Tensor:
    return x_NTd[torch.arange(x_NTd.shape[0]), batch.last_B]


def rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-right, left], dim=-1) * sin
