"""Step 4: pictures the generator made in a hurry, so that the scorer learns what that damage looks like.

A tiny CLIP that has only seen renders does not mind mottled grounds, eaten edges and lost patterns. `LEVELS` says how
much each number of DDIM steps is marked down (a level of 1 costs `train_scorer.SEVERITY` of the score): the scorer is
a ruler whose scale is set here. Its captions are none of those the judge uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .training import load_checkpoint, save_checkpoint, say
from .untyped import AnyPipeline, diffusers
from .world import draw_captions

LEVELS = {25: 0.0, 10: 0.06, 6: 0.2, 4: 0.5}
CAPTIONS = 96
BATCH = 16
GUIDANCE = 7.5


def draw_hurried(out: Path, prompts: Path) -> None:
    """Write `out/hurried.pt`: pictures [n, 3, 64, 64] fp16 in -1..1, captions and levels, paired by seed."""
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(out / "sd15")
    pipeline.scheduler = diffusers.DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    kept = {line for path in prompts.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()}
    captions = list(islice(draw_captions(31, kept), CAPTIONS))
    pictures: list[Tensor] = []
    for steps in LEVELS:
        pictures.extend(
            _draw(pipeline, captions[first : first + BATCH], steps, first) for first in range(0, CAPTIONS, BATCH)
        )
        say(f"hurried: {steps} steps")
    levels = torch.tensor(list(LEVELS.values())).repeat_interleave(CAPTIONS)
    state = {"pictures": torch.cat(pictures), "captions": captions * len(LEVELS), "levels": levels}
    save_checkpoint(out / "hurried.pt", state)


@torch.no_grad()
def _draw(pipeline: AnyPipeline, captions: list[str], steps: int, first: int) -> Tensor:
    seeds = [torch.Generator().manual_seed(5_000_000 + first + row) for row in range(len(captions))]
    made = pipeline(
        captions, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=seeds, output_type="pt"
    ).images
    return F.avg_pool2d(made.float() * 2 - 1, made.shape[-1] // 64).half()


@dataclass(frozen=True)
class Hurried:
    """Pictures [captions, levels, 3, 64, 64] in -1..1; the first level is the unhurried one."""

    pictures: Tensor
    captions: list[str]
    levels: Tensor


def load_hurried(out: Path) -> Hurried | None:
    """What `draw_hurried` wrote, or None."""
    state = load_checkpoint(out / "hurried.pt")
    if state is None:
        return None
    pictures = state["pictures"].float().unflatten(0, (len(LEVELS), -1)).transpose(0, 1).contiguous()
    return Hurried(pictures, state["captions"][: pictures.shape[0]], state["levels"][:: pictures.shape[0]].clone())
