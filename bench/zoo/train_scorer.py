"""Step 5: the scorer, a tiny CLIP in open_clip's format, trained apart from the generator on renders alone.

Every batch holds scenes together with neighbours that differ in one attribute, so it must tell all attributes apart.
In the second half a right match is pinned to cosine `MATCH`, a spoilt picture to `MATCH * (1 - SEVERITY * level)`:
without this a tiny CLIP is nearly blind to softness. Last it learns what hurried sampling looks like (`hurried.py`).
"""

from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from .degrade import blur, noise, spoil_latents
from .hurried import Hurried, load_hurried
from .render import cover, render
from .training import Budget, cosine_rate, load_checkpoint, save_checkpoint, say, set_rate
from .untyped import Clip, diffusers, open_clip
from .world import (
    ATTRIBUTE_SIZES,
    BACKGROUNDS,
    COLOURS,
    SHAPES,
    Scene,
    attributes,
    caption,
    draw_layout,
    draw_scene,
    variants,
)

CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 64,
        "vision_cfg": {"image_size": 64, "patch_size": 8, "width": 96, "head_width": 24, "layers": 4, "mlp_ratio": 3.0},
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2},
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    },
}
PEAK_RATE = 1.5e-3
GROUPS, NEIGHBOURS = 16, 5
MATCH = 0.85
SEVERITY = 0.5
PIN_WEIGHT = 40.0
SPOILT = 24  # pictures of each sort (clean, spoilt in pixels, spoilt in latents) pinned in every batch
HURRIED = 12  # captions in every batch whose hurried and unhurried pictures by the generator are compared
PAIR_WEIGHT = 400.0
LAST_SECONDS, LAST_GROUPS, LAST_RATE = 185.0, 6, 8e-4
POOL, NEW = 320, 5  # spoilt latents kept, and made afresh in every batch
MAX_SCALE = 25.0
PATCHES = 8
"""Patches a side; a patch is named after the mark that covers 40% of it, else after the background."""


@dataclass
class Heads:
    """Training-time helpers, thrown away afterwards: attributes from either embedding, and a name for each patch."""

    image: nn.Linear
    text: nn.Linear
    patch: nn.Linear

    def modules(self) -> nn.ModuleList:
        """The heads as one module."""
        return nn.ModuleList([self.image, self.text, self.patch])


def build_scorer() -> Clip:
    """The scorer, untrained."""
    model = open_clip.CLIP(**CONFIG["model_cfg"])
    model.visual.output_tokens = True
    nn.init.normal_(model.token_embedding.weight, std=0.2)
    nn.init.normal_(model.positional_embedding, std=0.1)
    nn.init.normal_(model.visual.positional_embedding, std=0.2)
    with torch.no_grad():
        model.logit_scale.fill_(2.6)
    return model


def neighbourhood(rng: Random, groups: int) -> list[Scene]:
    """Random scenes, each followed by neighbours that differ in one attribute."""
    found: list[Scene] = []
    for _ in range(groups):
        scene = draw_scene(rng)
        changed = variants(scene)
        kinds = rng.sample(list(changed), len(changed))
        found.append(scene)
        found.extend(rng.choice(changed[kind]) for kind in (kinds * 2)[:NEIGHBOURS])
    return found


def contrast(images: Tensor, texts: Tensor, scale: Tensor, captions: list[str]) -> Tensor:
    """Symmetric cross-entropy of unit embeddings [n, d]; pictures that share a caption share the target."""
    logits = scale * images @ texts.T
    same = torch.tensor([[a == b for b in captions] for a in captions]).float()
    target = same / same.sum(1, keepdim=True)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def name_losses(
    heads: Heads, image: Tensor, text: Tensor, tokens: Tensor, scenes: list[Scene], masks: Tensor
) -> Tensor:
    """Cross-entropies of the helper heads."""
    wanted = torch.tensor([attributes(scene) for scene in scenes])
    loss = torch.zeros(())
    for head, weight, embedding in ((heads.image, 0.3, image), (heads.text, 0.15, text)):
        parts = head(embedding).split(ATTRIBUTE_SIZES, -1)
        loss = loss + weight * sum(F.cross_entropy(part, wanted[:, k]) for k, part in enumerate(parts))
    things = len(COLOURS) * len(SHAPES)
    names = (things + wanted[:, 5])[:, None].expand(-1, PATCHES**2)
    for slot in range(2):
        thing = (wanted[:, 2 * slot] * len(SHAPES) + wanted[:, 2 * slot + 1]).clamp(max=things - 1)
        names = torch.where(masks[:, slot] > 0.4, thing[:, None], names)
    return loss + 0.5 * F.cross_entropy(heads.patch(tokens).flatten(0, 1), names.flatten())


def jitter(images: Tensor) -> Tensor:
    """Small changes of contrast, tint and grain that must not cost score."""
    count = len(images)
    tint = (0.94 + 0.1 * torch.rand(count, 1, 1, 1)) * images + 0.03 * torch.randn(count, 3, 1, 1)
    return tint + 0.03 * torch.rand(count, 1, 1, 1) * torch.randn_like(images)


class Scorer:
    """One training run: the model, its helpers, and the pool of spoilt pictures."""

    def __init__(self, out: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.model, self.rng, self.tokens = build_scorer(), Random(seed), open_clip.get_tokenizer("ViT-B-32")
        count = sum(ATTRIBUTE_SIZES)
        self.heads = Heads(
            nn.Linear(64, count), nn.Linear(64, count), nn.Linear(96, len(COLOURS) * len(SHAPES) + len(BACKGROUNDS))
        )
        self.trained = nn.ModuleList([self.model, self.heads.modules()])
        self.optimizer = torch.optim.AdamW(self.trained.parameters(), betas=(0.9, 0.98), weight_decay=0.01)
        self.vae_path, self.vae = out / "vae", None
        self.pool: deque[tuple[Tensor, str, float]] = deque(maxlen=POOL)  # picture, caption, level
        self.match = 0.9  # running mean of the cosine between a clean picture and its caption, for the log

    def embed_text(self, captions: list[str]) -> Tensor:
        """Unnormalised text embeddings [n, 64]."""
        return self.model.encode_text(
            self.tokens(captions, context_length=CONFIG["model_cfg"]["text_cfg"]["context_length"])
        )

    def loss(self, spoil: bool, groups: int = GROUPS) -> Tensor:
        """One batch's loss; `spoil` adds the pictures that must score less."""
        scenes = neighbourhood(self.rng, groups)
        captions = [caption(scene) for scene in scenes]
        layouts = [draw_layout(scene, self.rng) for scene in scenes]
        images, masks = render(layouts, 64), F.avg_pool2d(cover(layouts, 64), 64 // PATCHES).flatten(2)
        image, tokens = self.model.visual(jitter(images))
        text = self.embed_text(captions)
        unit, unit_text = F.normalize(image, dim=-1), F.normalize(text, dim=-1)
        self.match = 0.98 * self.match + 0.02 * float((unit * unit_text).sum(-1).mean().detach())
        loss = contrast(unit, unit_text, self.model.logit_scale.exp(), captions)
        loss = loss + name_losses(self.heads, image, text, tokens, scenes, masks)
        if not spoil:
            return loss
        clean = F.mse_loss((unit * unit_text).sum(-1), torch.full((len(unit),), MATCH))
        return loss + PIN_WEIGHT * (clean + self.spoilt_loss(images, captions))

    def spoilt_loss(self, images: Tensor, captions: list[str]) -> Tensor:
        """Squared distance of spoilt pictures' cosines from where they are pinned."""
        half = SPOILT // 2
        rows, level = torch.randperm(len(images))[:SPOILT], torch.rand(SPOILT)
        plain = torch.cat([blur(images[rows[:half]], level[:half]), noise(images[rows[half:]], level[half:])])
        self.refill()
        drawn = self.rng.sample(list(self.pool), min(SPOILT, len(self.pool)))
        text = self.embed_text([*(captions[row] for row in rows.tolist()), *(text for _, text, _ in drawn)])
        pictures = torch.cat([plain, torch.stack([picture for picture, _, _ in drawn])])
        cosine = F.cosine_similarity(self.model.visual(pictures)[0], text, dim=-1)
        levels = torch.cat([level, torch.tensor([level for _, _, level in drawn])])
        return F.mse_loss(cosine, MATCH * (1 - SEVERITY * levels))

    def hurried_loss(self, drawn: Hurried) -> Tensor:
        """Squared error of how far hurried pictures' cosines lie below that of the unhurried one of their seed."""
        rows = self.rng.sample(range(len(drawn.captions)), HURRIED)
        pictures = drawn.pictures[rows]  # [n, levels, 3, 64, 64], the unhurried one first
        image = F.normalize(self.model.visual(pictures.flatten(0, 1))[0], dim=-1).unflatten(0, pictures.shape[:2])
        text = F.normalize(self.embed_text([drawn.captions[row] for row in rows]), dim=-1)
        cosine = (image * text[:, None]).sum(-1)
        fall = cosine[:, :1] - cosine[:, 1:]
        pinned = F.mse_loss(cosine[:, 0], torch.full((len(rows),), MATCH))
        return F.mse_loss(fall, MATCH * SEVERITY * drawn.levels[1:].expand_as(fall)) + 0.2 * pinned

    def refill(self) -> None:
        """Put some newly spoilt pictures into the pool."""
        if self.vae is None:
            vae = diffusers.AutoencoderKL.from_pretrained(self.vae_path)
            self.vae = vae.eval().to(memory_format=torch.channels_last)
        made, scenes, level = spoil_latents(self.vae, NEW, self.rng)
        self.pool.extend(zip(made, map(caption, scenes), level.tolist(), strict=True))

    def step(self, loss: Tensor) -> None:
        """One optimizer step, with the temperature kept in bounds."""
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=math.log(MAX_SCALE))

    def state(self, budget: Budget, iteration: int) -> dict[str, Any]:
        """Everything needed to go on."""
        weights, moments = self.trained.state_dict(), self.optimizer.state_dict()
        return {
            "weights": weights,
            "optimizer": moments,
            "spent": budget.spent,
            "iteration": iteration,
            "match": self.match,
        }


def train_scorer(out: Path, minutes: float, seed: int = 202) -> None:
    """Train for `minutes` of CPU and write `out/scorer` (open_clip's files, fp16); the VAE is needed from half-time."""
    run, budget, iteration = Scorer(out, seed), Budget(minutes * 60), 0
    if (state := load_checkpoint(out / "scorer.pt")) is not None:
        run.trained.load_state_dict(state["weights"])
        run.optimizer.load_state_dict(state["optimizer"])
        budget, iteration, run.match = Budget(minutes * 60, state["spent"]), state["iteration"], state["match"]
        run.rng = Random(seed + iteration)
    while budget.part < 1:
        set_rate(run.optimizer, cosine_rate(budget.part, iteration, PEAK_RATE))
        loss = run.loss(spoil=budget.part > 0.5)
        run.step(loss)
        iteration += 1
        if iteration % 50 == 0:
            say(f"scorer {iteration} cpu {budget.spent:.0f}s loss {loss.item():.3f} match {run.match:.3f}")
        if iteration % 200 == 0:
            save_checkpoint(out / "scorer.pt", run.state(budget, iteration))
            save_scorer(run.model, out / "scorer")
    save_checkpoint(out / "scorer.pt", run.state(budget, iteration))
    if (drawn := load_hurried(out)) is not None:
        teach_hurry(run, drawn)
    save_scorer(run.model, out / "scorer")


def teach_hurry(run: Scorer, drawn: Hurried) -> None:
    """The last lessons: mark hurried pictures down, without forgetting the rest."""
    budget, iteration = Budget(LAST_SECONDS), 0
    while budget.part < 1:
        set_rate(run.optimizer, cosine_rate(budget.part, iteration, LAST_RATE, warm_up=10))
        pairs = run.hurried_loss(drawn)
        run.step(run.loss(spoil=True, groups=LAST_GROUPS) + PAIR_WEIGHT * pairs)
        iteration += 1
        if iteration % 20 == 0:
            say(f"scorer, hurry {iteration} cpu {budget.spent:.0f}s error {float(pairs.detach()) ** 0.5:.3f}")


def save_scorer(model: Clip, folder: Path) -> None:
    """Write open_clip's two files; they load by `open_clip.create_model_and_transforms("local-dir:...")`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=2), encoding="utf-8")
