"""Step 5: the scorer, a tiny CLIP in open_clip's format, trained apart from the generator on renders alone.

Every batch holds scenes together with neighbours that differ in one attribute, so it must tell all attributes apart.
In the second half a right match is pinned to cosine `MATCH`, a spoilt picture to `MATCH * (1 - SEVERITY * level)`:
without this a tiny CLIP is nearly blind to softness. Then it learns what hurried sampling looks like (`hurried.py`),
and last, keeping that, to mark down captions that name the right things in the wrong places or colours.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .degrade import blur, noise, spoil_latents
from .hurried import Hurried, load_hurried
from .render import cover, render
from .scorer_parts import (
    CONFIG,
    PATCHES,
    Heads,
    build_scorer,
    contrast,
    jitter,
    mirrored,
    name_losses,
    neighbourhood,
    save_scorer,
)
from .training import Budget, cosine_rate, load_checkpoint, save_checkpoint, say, set_rate
from .untyped import diffusers, open_clip
from .world import (
    ATTRIBUTE_SIZES,
    BACKGROUNDS,
    COLOURS,
    PLACE_SIZES,
    SHAPES,
    Scene,
    caption,
    draw_layout,
    draw_scene,
    places,
    variants,
)

PEAK_RATE = 1.5e-3
GROUPS = 16
MATCH = 0.85
SEVERITY = 0.5
PIN_WEIGHT = 40.0
SPOILT = 24  # pictures of each sort (clean, spoilt in pixels, spoilt in latents) pinned in every batch
HURRIED = 12  # captions in every batch whose hurried and unhurried pictures by the generator are compared
PAIR_WEIGHT = 400.0
LAST_SECONDS, LAST_GROUPS, LAST_RATE = 185.0, 6, 8e-4
BIND_SECONDS, BIND_GROUPS, BIND_RATE = 165.0, 7, 8e-4
BIND_LEVELS = (0.0, 0.09, 0.29, 0.6)  # what the last stage puts in the place of `hurried.LEVELS`
WORDS_SECONDS, WORDS_RATE, WORDS, BANK = 75.0, 3e-3, 64, 1400  # captions a batch, pictures embedded once for all
MARGIN, MARGIN_WEIGHT = 0.35, 30.0
SHIFT = 3  # pixels by which hurried pictures are moved at most, in either direction
POOL, NEW = 320, 5  # spoilt latents kept, and made afresh at a time
FRESH = 0.3  # share of the batches that make some once the pool is full
MAX_SCALE = 25.0


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

    def loss(self, spoil: bool, groups: int = GROUPS, bind: bool = False) -> Tensor:
        """One batch's loss; `spoil` adds the pictures that must score less, `bind` the captions that must."""
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
        if bind:
            loss = loss + MARGIN_WEIGHT * self.margin_loss(unit, (unit * unit_text).sum(-1), scenes)
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

    def margin_loss(self, unit: Tensor, right: Tensor, scenes: list[Scene]) -> Tensor:
        """Squared lack of `MARGIN` between the right caption and those with relation, places or a shape exchanged."""
        wrong: list[str] = []
        rows: list[int] = []
        for row, scene in enumerate(scenes):
            changed = variants(scene)
            kept = [*changed.get("relation", []), *changed.get("swap", [])]
            kept += [self.rng.choice(changed[kind]) for kind in changed if kind.endswith("shape")]
            wrong.extend(map(caption, kept))
            rows.extend([row] * len(kept))
        against = (unit[rows] * F.normalize(self.embed_text(wrong), dim=-1)).sum(-1)
        return F.relu(against - right[rows] + MARGIN).square().mean()

    def hurried_loss(self, drawn: Hurried, vary: bool = False) -> Tensor:
        """Squared error of how far hurried pictures' cosines lie below that of the unhurried one of their seed."""
        rows = self.rng.sample(range(len(drawn.captions)), HURRIED)
        captions = [drawn.captions[row] for row in rows]
        pictures = drawn.pictures[rows]  # [n, levels, 3, 64, 64], the unhurried one first
        if vary:  # few captions were drawn: mirror half, move and tint all, or they are learned by heart
            half = HURRIED // 2
            captions[:half] = map(mirrored, captions[:half])
            pictures = torch.cat([pictures[:half].flip(-1), pictures[half:]])
            down, right = self.rng.randint(0, 2 * SHIFT), self.rng.randint(0, 2 * SHIFT)
            padded = F.pad(jitter(pictures.flatten(0, 1)), (SHIFT,) * 4, mode="reflect")
            pictures = padded[..., down : down + 64, right : right + 64].unflatten(0, pictures.shape[:2])
        image = F.normalize(self.model.visual(pictures.flatten(0, 1))[0], dim=-1).unflatten(0, pictures.shape[:2])
        text = F.normalize(self.embed_text(captions), dim=-1)
        cosine = (image * text[:, None]).sum(-1)
        fall = cosine[:, :1] - cosine[:, 1:]
        pinned = F.mse_loss(cosine[:, 0], torch.full((len(rows),), MATCH))
        return F.mse_loss(fall, MATCH * SEVERITY * drawn.levels[1:].expand_as(fall)) + 0.2 * pinned

    def refill(self) -> None:
        """Put some newly spoilt pictures into the pool."""
        if len(self.pool) == POOL and self.rng.random() > FRESH:
            return
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
        name_by_place(run)
        teach_words(run)
        teach_binding(run, drawn, out)
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


def name_by_place(run: Scorer) -> None:
    """Give the helper heads a new task: to name the upper or left thing first, which a picture can tell.

    Which thing its caption begins with is nothing that a picture shows.
    """
    count = sum(PLACE_SIZES)
    run.heads = Heads(nn.Linear(64, count), nn.Linear(64, count), run.heads.patch, places, PLACE_SIZES)
    run.trained = nn.ModuleList([run.model, run.heads.modules()])
    run.optimizer = torch.optim.AdamW(run.trained.parameters(), betas=(0.9, 0.98), weight_decay=0.01)


def teach_words(run: Scorer) -> None:
    """A lesson for the text tower alone: "above" and "below" are one word to it for very many captions."""
    scenes = [scene for scene in (draw_scene(run.rng) for _ in range(BANK)) if scene.second is not None]
    with torch.no_grad():
        parts = [render([draw_layout(scene, run.rng) for scene in scenes[k : k + 64]], 64) for k in range(0, BANK, 64)]
        bank = torch.cat([F.normalize(run.model.visual(part)[0], dim=-1) for part in parts if len(part)])
    budget, iteration = Budget(WORDS_SECONDS), 0
    while budget.part < 1:
        set_rate(run.optimizer, cosine_rate(budget.part, iteration, WORDS_RATE, warm_up=20))
        rows = run.rng.sample(range(len(scenes)), WORDS)
        drawn = [scenes[row] for row in rows]
        wrong = [run.rng.choice(variants(scene)[kind]) for kind in ("relation", "swap") for scene in drawn]
        text = run.embed_text([caption(scene) for scene in [*drawn, *wrong]])
        right, *others = (bank[rows] * part for part in F.normalize(text, dim=-1).split(WORDS))
        fall = torch.stack([right.sum(-1) - other.sum(-1) for other in others])
        loss = F.mse_loss(right.sum(-1), torch.full((WORDS,), MATCH)) + F.relu(MARGIN - fall).square().mean()
        wanted = torch.tensor([places(scene) for scene in [*drawn, *wrong]])
        named = run.heads.text(text).split(PLACE_SIZES, -1)
        naming = torch.stack([F.cross_entropy(part, wanted[:, k]) for k, part in enumerate(named)]).sum()
        run.step(naming + 10 * loss)
        iteration += 1
        if iteration % 100 == 0:
            say(f"scorer, words {iteration} cpu {budget.spent:.0f}s naming {naming.item():.3f}")


def teach_binding(run: Scorer, drawn: Hurried, out: Path) -> None:
    """What stands where in which colour: captions that err in it alone must lie `MARGIN` lower."""
    drawn = replace(drawn, levels=torch.tensor(BIND_LEVELS))
    budget, iteration = Budget(BIND_SECONDS), 0
    while budget.part < 1:
        set_rate(run.optimizer, cosine_rate(budget.part, iteration, BIND_RATE, warm_up=20))
        pairs = run.hurried_loss(drawn, vary=True)
        run.step(run.loss(spoil=True, groups=BIND_GROUPS, bind=True) + PAIR_WEIGHT * pairs)
        iteration += 1
        if iteration % 20 == 0:
            say(f"scorer, binding {iteration} cpu {budget.spent:.0f}s error {float(pairs.detach()) ** 0.5:.3f}")
        if iteration % 100 == 0:
            save_scorer(run.model, out / "scorer")
