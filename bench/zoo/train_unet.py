"""Step 3: the Stable Diffusion family in small: denoisers, and the text towers that steer them.

Denoiser and text towers are trained together on cached latents. Two things make captions bind: a loss weight that makes
high noise count (`diffusion.py`), and a second loss that makes the text states name what stands where (`text.py`).
SD2.1 and SDXL start from SD1.5's weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from .diffusion import ask
from .latents import LatentSet
from .pipelines import save_sd, save_sdxl
from .schedulers import sd15_scheduler, sd21_scheduler
from .text import READER_WEIGHT, Lexicon, Reader, build_clip_tower, clip_spots, drop_captions, teach_text
from .tokenizer import MAX_TOKENS, build_tokenizer
from .training import Run, learning_rate, say, train
from .unets import build_unet, take_weights
from .untyped import diffusers
from .world import Scene, caption

BATCH = 32
PEAK_RATE = 1.5e-3
TEXT_RATE = 0.4
NO_CAPTION = 0.1
TEXT_SECONDS = {"sd15": 90.0, "sd21": 10.0, "sdxl": 40.0}
SMALL_PART = {"sd15": 1.0, "sd21": 0.6, "sdxl": 1.0}
"""Part of the batches that are 16x16 latents; the rest are 24x24."""

SIZES = (1024.0, 1024.0, 0.0, 0.0, 1024.0, 1024.0)
"""SDXL's size conditions for a plain call: original size, crop, target size."""


TOWERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sd15": [("CLIPTextModel", {})],
    "sd21": [("CLIPTextModel", {"hidden_act": "gelu"})],
    "sdxl": [
        ("CLIPTextModel", {}),
        ("CLIPTextModelWithProjection", {"hidden_act": "gelu", "num_hidden_layers": 3, "intermediate_size": 128}),
    ],
}


@dataclass
class Models:
    """A denoiser with its text towers: one, or SDXL's two, of which the first is SD1.5's and stays as it is."""

    kind: str
    unet: nn.Module = field(init=False)
    texts: nn.ModuleList = field(init=False)

    def __post_init__(self) -> None:
        vocabulary = len(build_tokenizer())
        self.unet = build_unet(self.kind).to(memory_format=torch.channels_last)
        self.texts = nn.ModuleList(build_clip_tower(vocabulary, name, **more) for name, more in TOWERS[self.kind])
        if self.kind == "sdxl":
            self.texts[0].requires_grad_(False)

    def start_from(self, folder: Path) -> None:
        """Take SD1.5's weights where they fit."""
        earlier = diffusers.StableDiffusionPipeline.from_pretrained(folder)
        taken = take_weights(self.unet, earlier.unet.state_dict())
        say(f"{self.kind} takes {taken} of {sum(w.numel() for w in self.unet.parameters())} values from {folder.name}")
        for tower in self.texts:
            take_weights(tower, earlier.text_encoder.state_dict())

    def read(self, ids: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """The states of each tower [n, 77, 64], and SDXL's pooled text."""
        if self.kind != "sdxl":
            return [self.texts[0](ids)[0]], None
        first = self.texts[0](ids, output_hidden_states=True)
        second = self.texts[1](ids, output_hidden_states=True)
        return [first.hidden_states[-2], second.hidden_states[-2]], second[0]

    def answer(self, noisy: Tensor, step: Tensor, states: list[Tensor], pooled: Tensor | None, kept: Tensor) -> Tensor:
        """What the denoiser says; SDXL's dropped captions are zeros."""
        if pooled is None:
            return self.unet(noisy, step, states[0]).sample
        seen, pooled = torch.cat(states, -1) * kept.view(-1, 1, 1), pooled * kept.view(-1, 1)
        added = {"text_embeds": pooled, "time_ids": torch.tensor(SIZES).expand(len(noisy), -1)}
        return self.unet(noisy, step, seen, added_cond_kwargs=added).sample


class Lesson:
    """What one of the family learns from: latents, captions, the places read from them."""

    def __init__(self, kind: str, out: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.kind, self.out, self.rng = kind, out, Random(seed)
        self.models, self.means = Models(kind), Models(kind)
        self.lexicon = Lexicon(build_tokenizer(), MAX_TOKENS)
        self.heads: Any = nn.ModuleList(Reader() for _ in self.models.texts)
        self.scheduler = sd21_scheduler() if kind == "sd21" else sd15_scheduler()
        self.small = LatentSet(out / "latents")
        self.large = LatentSet(out / "latents24") if SMALL_PART[kind] < 1 else None

    def name_things(self, scenes: list[Scene]) -> Tensor:
        """The reading loss on captions alone."""
        ids = self.lexicon.ids([caption(scene) for scene in scenes])
        states, spots = self.models.read(ids)[0], clip_spots(self.lexicon, ids)
        losses = [head.loss(part, spots, scenes) for head, part in zip(self.heads, states, strict=True)]
        return torch.stack(losses).sum()

    def loss(self, _part: float) -> tuple[Tensor, Tensor]:
        """(training loss, plain error) of one batch."""
        large = self.large if self.large and self.rng.random() >= SMALL_PART[self.kind] else None
        clean, scenes = (large or self.small).draw(BATCH // 2 if large else BATCH)
        texts, kept = drop_captions(scenes, NO_CAPTION)
        ids = self.lexicon.ids(texts)
        states, pooled = self.models.read(ids)
        spots = [spot[kept] for spot in clip_spots(self.lexicon, ids)]
        named = [scene for scene, keep in zip(scenes, kept.tolist(), strict=True) if keep]
        helped = [head.loss(part[kept], spots, named) for head, part in zip(self.heads, states, strict=True)]
        question = ask(self.scheduler, clean)
        noisy = question.noisy.contiguous(memory_format=torch.channels_last)
        loss, error = question.loss(self.models.answer(noisy, question.step, states, pooled, kept))
        return loss + READER_WEIGHT * torch.stack(helped).sum(), error

    def prepare(self) -> None:
        """SD1.5's weights, if this is a later model, and the text towers' first lessons."""
        if self.kind != "sd15":
            self.models.start_from(self.out / "sd15")
        teach_text(self.text_weights(), self.name_things, TEXT_SECONDS[self.kind], self.rng)

    def text_weights(self) -> list[nn.Parameter]:
        """What is trained of the text towers, and the heads."""
        weights = [weight for tower in self.models.texts for weight in tower.parameters() if weight.requires_grad]
        return [*weights, *self.heads.parameters()]

    def write(self) -> None:
        """The pipeline as it stands (moving averages, fp32)."""
        large = self.out / ("vae1024" if self.kind == "sdxl" else "vae512")
        vae = diffusers.AutoencoderKL.from_pretrained(large if large.exists() else self.out / "vae")
        tokenizer, texts, folder = self.lexicon.tokenizer, self.means.texts, self.out / self.kind
        if self.kind == "sdxl":
            save_sdxl(folder, vae, tokenizer, (texts[0], texts[1]), self.means.unet)
        else:
            save_sd(self.kind, folder, vae, tokenizer, texts[0], self.means.unet)


def unet_run(kind: str, out: Path, seed: int) -> Run:
    """The run that trains `kind` on `out`'s latents."""
    lesson = Lesson(kind, out, seed)
    models, means = lesson.models, lesson.means
    groups = [
        {"params": list(models.unet.parameters()), "scale": 1.0},
        {"params": lesson.text_weights(), "scale": TEXT_RATE},
    ]
    return Run(
        name=kind,
        folder=out,
        parts={
            "unet": models.unet,
            "texts": models.texts,
            "heads": lesson.heads,
            "mean_unet": means.unet,
            "mean_texts": means.texts,
        },
        optimizer=torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=1e-3),
        rate=partial(learning_rate, peak=PEAK_RATE),
        loss=lesson.loss,
        prepare=lesson.prepare,
        write=lesson.write,
        averages=((means.unet, models.unet), (means.texts, models.texts)),
    )


def train_unet(kind: str, out: Path, minutes: float, seed: int = 303) -> None:
    """Train SD1.5, SD2.1 or SDXL for `minutes` of CPU and write `out/KIND`."""
    train(unet_run(kind, out, seed), minutes)
