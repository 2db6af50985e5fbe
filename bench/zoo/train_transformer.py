"""The diffusion transformers' training: DiT on single things by class, PixArt on all scenes by caption.

The recipe is the U-Nets' (`diffusion.py`, `text.py`), with a small loss for the learned variance. DiT learns one row
for each of the 120 scenes that ImageNet's classes stand for; they are copied to the 1000 classes when it is written.
PixArt-alpha starts from DiT's layers, PixArt-Sigma from PixArt-alpha.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from .classes import SCENES, class_labels, number_of
from .diffusion import Question, ask, variance_loss
from .dits import FOLD, build_dit, build_pixart, share_words, spell_out, start_from_dit
from .grafts import fold
from .latents import LatentSet
from .pipelines import save_dit, save_pixart
from .schedulers import dit_scheduler, pixart_scheduler
from .text import READER_WEIGHT, T5_TOKENS, Lexicon, Reader, build_t5_tower, drop_captions, t5_spots, teach_text
from .tokenizer import build_t5_tokenizer
from .training import Run, learning_rate, model_run, say, train
from .untyped import Scheduler, diffusers, transformers
from .world import Scene, caption

BATCH = 32
PEAK_RATE = 2e-3
TEXT_RATE = 0.4
NO_CAPTION = 0.1
VARIANCE_WEIGHT = 1e-3
TEXT_SECONDS = 60.0
NO_SIZES = {"resolution": None, "aspect_ratio": None}


def transformer_loss(scheduler: Scheduler, question: Question, said: Tensor) -> tuple[Tensor, Tensor]:
    """(training loss, plain error) of an answer of epsilon and variance."""
    answer, spread = said.chunk(2, dim=1)
    loss, error = question.loss(answer)
    return loss + VARIANCE_WEIGHT * variance_loss(scheduler, question, answer, spread), error


class ClassLesson:
    """What DiT learns from: latents of single things, and which of the 120 scenes they show."""

    def __init__(self, out: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.out, self.scheduler = out, dit_scheduler()
        self.model, self.mean = (share_words(build_dit()).eval() for _ in range(2))  # else each block drops classes
        self.latents = LatentSet(out / "latents").keep_single()

    def loss(self, _part: float) -> tuple[Tensor, Tensor]:
        """(training loss, plain error) of one batch."""
        clean, scenes = self.latents.draw(BATCH)
        labels = torch.tensor([number_of(scene) for scene in scenes])
        labels[torch.rand(BATCH) < NO_CAPTION] = SCENES
        question = ask(self.scheduler, clean)
        said = self.model(question.noisy, timestep=question.step, class_labels=labels).sample
        return transformer_loss(self.scheduler, question, said)

    def write(self) -> None:
        """Both pipelines as they stand: `out/dit256` and `out/dit512`."""
        model = spell_out(self.mean)
        for side in (256, 512):
            large = self.out / f"vae{side}"
            vae = diffusers.AutoencoderKL.from_pretrained(large if large.exists() else self.out / "vae")
            save_dit(self.out / f"dit{side}", vae, model, class_labels())


def train_dit(out: Path, minutes: float, seed: int = 404) -> None:
    """Train DiT for `minutes` of CPU and write `out/dit256` and `out/dit512`, which differ in their autoencoder."""
    train(model_run("dit", out, ClassLesson(out, seed), PEAK_RATE, save_every=1000), minutes)


class TextLesson:
    """What PixArt learns from: folded latents, captions, the places read from them."""

    def __init__(self, kind: str, out: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.kind, self.out, self.rng, self.scheduler = kind, out, Random(seed), pixart_scheduler()
        self.lexicon = Lexicon(build_t5_tokenizer(), T5_TOKENS)
        self.model, self.mean = build_pixart(), build_pixart()
        self.text, self.mean_text = (build_t5_tower(len(self.lexicon.tokenizer)) for _ in range(2))
        self.head = Reader()
        self.latents = LatentSet(out / "latents")

    def read(self, texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
        """(states [n, 16, 64], mask [n, 16], ids [n, 16]) of captions."""
        ids = self.lexicon.ids(texts)
        mask = (ids != self.lexicon.tokenizer.pad_token_id).long()
        return self.text(ids, attention_mask=mask)[0], mask, ids

    def name_things(self, scenes: list[Scene]) -> Tensor:
        """The reading loss on captions alone."""
        states, _, ids = self.read([caption(scene) for scene in scenes])
        return self.head.loss(states, t5_spots(self.lexicon, ids), scenes)

    def loss(self, _part: float) -> tuple[Tensor, Tensor]:
        """(training loss, plain error) of one batch."""
        clean, scenes = self.latents.draw(BATCH)
        texts, kept = drop_captions(scenes, NO_CAPTION)
        states, mask, ids = self.read(texts)
        named = [scene for scene, keep in zip(scenes, kept.tolist(), strict=True) if keep]
        helped = self.head.loss(states[kept], [spot[kept] for spot in t5_spots(self.lexicon, ids)], named)
        question = ask(self.scheduler, fold(clean, FOLD))
        said = self.model(
            question.noisy,
            encoder_hidden_states=states,
            encoder_attention_mask=mask,
            timestep=question.step,
            added_cond_kwargs=NO_SIZES,
        ).sample
        loss, error = transformer_loss(self.scheduler, question, said)
        return loss + READER_WEIGHT * helped, error

    def prepare(self) -> None:
        """DiT's layers and first lessons for the text tower; or, for Sigma, all of PixArt-alpha."""
        if self.kind == "sigma":
            earlier = self.out / "pixart"
            self.model.load_state_dict(_load(diffusers.PixArtTransformer2DModel, earlier / "transformer"))
            self.text.load_state_dict(_load(transformers.T5EncoderModel, earlier / "text_encoder"))
            return
        if (self.out / "dit256").exists():
            dit = diffusers.DiTTransformer2DModel.from_pretrained(self.out / "dit256" / "transformer")
            say(f"{self.kind} takes {start_from_dit(self.model, dit)} values from dit256")
        teach_text([*self.text.parameters(), *self.head.parameters()], self.name_things, TEXT_SECONDS, self.rng)

    def write(self) -> None:
        """The pipeline as it stands."""
        large = self.out / "vae256fold"
        vae = diffusers.AutoencoderKL.from_pretrained(large)
        save_pixart(self.kind, self.out / self.kind, vae, self.lexicon.tokenizer, self.mean_text, self.mean)


def _load(kind: Any, folder: Path) -> dict[str, Tensor]:
    return kind.from_pretrained(folder).state_dict()


def train_pixart(kind: str, out: Path, minutes: float, seed: int = 505) -> None:
    """Train PixArt-alpha (`pixart`) or PixArt-Sigma (`sigma`) for `minutes` of CPU and write `out/KIND`."""
    lesson = TextLesson(kind, out, seed)
    text_side: list[nn.Parameter] = [*lesson.text.parameters(), *lesson.head.parameters()]
    groups = [{"params": list(lesson.model.parameters())}, {"params": text_side, "scale": TEXT_RATE}]
    run = Run(
        name=kind,
        folder=out,
        parts={
            "model": lesson.model,
            "text": lesson.text,
            "head": lesson.head,
            "mean": lesson.mean,
            "mean_text": lesson.mean_text,
        },
        optimizer=torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=1e-3),
        rate=partial(learning_rate, peak=PEAK_RATE if kind == "pixart" else PEAK_RATE / 4),
        loss=lesson.loss,
        prepare=lesson.prepare,
        write=lesson.write,
        averages=((lesson.mean, lesson.model), (lesson.mean_text, lesson.text)),
        save_every=1000,
    )
    train(run, minutes)
