"""The text towers, CLIP's and T5's, and the lessons that make their states name what stands where."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .latents import random_scenes
from .tokenizer import MAX_TOKENS
from .training import Budget, learning_rate, say, set_rate
from .untyped import TextTower, transformers
from .world import PLACE_SIZES, Scene, caption, places

TEXT_WIDTH = 64
READER_WEIGHT = 0.01
T5_TOKENS = 16
"""Captions have at most this many T5 tokens; what is beyond is masked, so it is left out in training."""


def build_clip_tower(vocabulary: int, kind: str = "CLIPTextModel", **settings: Any) -> TextTower:
    """A CLIP text tower, untrained; the last two ids of the vocabulary are start and end."""
    usual: dict[str, Any] = {"num_hidden_layers": 2, "intermediate_size": 4 * TEXT_WIDTH, "hidden_act": "quick_gelu"}
    config = transformers.CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=TEXT_WIDTH,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
        projection_dim=TEXT_WIDTH,
        **(usual | settings),
    )
    model = getattr(transformers, kind)(config)
    for name, weight in model.named_parameters():
        if "position_embedding" in name:
            nn.init.normal_(weight, std=0.1)
        elif "token_embedding" in name:
            nn.init.normal_(weight, std=0.3)
        elif weight.ndim == 2:
            nn.init.xavier_uniform_(weight)
    return model


def build_t5_tower(vocabulary: int) -> TextTower:
    """A T5 encoder, untrained."""
    return transformers.T5EncoderModel(
        transformers.T5Config(
            vocab_size=vocabulary,
            d_model=TEXT_WIDTH,
            d_kv=16,
            d_ff=2 * TEXT_WIDTH,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
            is_encoder_decoder=False,
            dropout_rate=0.0,
            tie_word_embeddings=False,
        )
    )


class Lexicon:
    """Token ids of captions, padded to `length` and remembered by text."""

    def __init__(self, tokenizer: Any, length: int) -> None:
        self.tokenizer, self.length, self.known = tokenizer, length, dict[str, Tensor]()

    def ids(self, texts: list[str]) -> Tensor:
        """Token ids [n, length]."""
        for text in {text for text in texts if text not in self.known}:
            found = self.tokenizer(text, padding="max_length", truncation=True, max_length=self.length)
            self.known[text] = torch.tensor(found.input_ids)
        return torch.stack([self.known[text] for text in texts])

    def end(self, ids: Tensor) -> Tensor:
        """Where each text ends, [n]."""
        return (ids == self.tokenizer.eos_token_id).int().argmax(1)


class Reader(nn.Module):
    """A linear head that reads from a text state what stands where; thrown away after training."""

    def __init__(self, width: int = TEXT_WIDTH) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.Linear(width, sum(PLACE_SIZES)).weight.detach())
        self.bias = nn.Parameter(torch.zeros(sum(PLACE_SIZES)))

    def loss(self, states: Tensor, spots: list[Tensor], scenes: list[Scene]) -> Tensor:
        """Cross-entropy of what stands where, summed over attributes and averaged over the spots [n] in `states`."""
        rows, wanted = torch.arange(len(states)), torch.tensor([places(scene) for scene in scenes])
        total = torch.zeros(())
        for spot in spots:
            read = F.linear(states[rows, spot], self.weight, self.bias).split(PLACE_SIZES, -1)
            for kind, part in enumerate(read):
                total = total + F.cross_entropy(part, wanted[:, kind])
        return total


def clip_spots(lexicon: Lexicon, ids: Tensor) -> list[Tensor]:
    """The end of the text and one place of the padding."""
    end = lexicon.end(ids)
    return [end, end + (torch.rand(len(ids)) * (lexicon.length - end)).long()]


def t5_spots(lexicon: Lexicon, ids: Tensor) -> list[Tensor]:
    """The end of the text and one of its words."""
    end = lexicon.end(ids)
    return [end, (torch.rand(len(ids)) * end).long()]


def teach_text(
    weights: list[nn.Parameter], loss_of: Callable[[list[Scene]], Tensor], seconds: float, rng: Random
) -> None:
    """First lessons for the text towers alone: `seconds` of CPU of naming what stands where."""
    optimizer = torch.optim.AdamW(weights, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    budget, iteration = Budget(seconds), 0
    while budget.part < 1:
        set_rate(optimizer, learning_rate(budget.part, iteration, 2e-3))
        loss = loss_of(random_scenes(64, rng))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        iteration += 1
        if iteration % 100 == 0:
            say(f"text {iteration} cpu {budget.spent:.0f}s loss {loss.item():.3f}")


def drop_captions(scenes: list[Scene], part: float) -> tuple[list[str], Tensor]:
    """Captions with about `part` of them empty, never the first, and which were kept [n]."""
    kept = torch.rand(len(scenes)) >= part
    kept[0] = True
    return [caption(scene) if keep else "" for scene, keep in zip(scenes, kept.tolist(), strict=True)], kept
