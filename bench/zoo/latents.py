"""Step 2: what the denoisers learn from, the latents of many renders, in shards of fp16.

There are two stocks: 16x16 latents, and 24x24 latents for pictures 1.5 times as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from .render import render
from .train_vae import SIZE
from .training import load_checkpoint, save_checkpoint, say
from .untyped import diffusers
from .world import Layout, Scene, caption, draw_layout, draw_scene, parse

SHARD = 1024
BATCH = 16


@dataclass(frozen=True)
class Stock:
    """One folder of shards: the side its scenes are drawn at, its seed, and how many shards."""

    side: int
    seed: int
    shards: int


STOCKS = {
    "latents": Stock(SIZE, 7000, 32),
    "latents24": Stock(SIZE * 3 // 2, 8000, 16),
}


def draw_batch(count: int, rng: Random) -> tuple[list[Scene], list[Layout]]:
    """Scenes, and one layout of each."""
    scenes = [draw_scene(rng) for _ in range(count)]
    return scenes, [draw_layout(scene, rng) for scene in scenes]


@torch.no_grad()
def encode_shards(out: Path, name: str = "latents") -> None:
    """Write `out/NAME/NN.pt`: [1024, 4, h, h] fp16 at unit variance, and captions. Skips what is there."""
    stock = STOCKS[name]
    vae = diffusers.AutoencoderKL.from_pretrained(out / "vae").eval().to(memory_format=torch.channels_last)
    for index in range(stock.shards):
        path = out / name / f"{index:02d}.pt"
        if path.exists():
            continue
        rng, parts, captions = Random(stock.seed + index), list[Tensor](), list[str]()
        for _ in range(SHARD // BATCH):
            scenes, layouts = draw_batch(BATCH, rng)
            images = render(layouts, stock.side).contiguous(memory_format=torch.channels_last)
            posterior = vae.encode(images).latent_dist
            parts.append((posterior.mode() * vae.config.scaling_factor).half().contiguous())
            captions.extend(caption(scene) for scene in scenes)
        save_checkpoint(path, {"latents": torch.cat(parts), "captions": captions})
        say(f"{name} {index + 1}/{stock.shards}")


class LatentSet:
    """The latents and scenes of one or more folders of shards."""

    def __init__(self, *folders: Path) -> None:
        paths = [path for folder in folders for path in sorted(folder.glob("*.pt"))]
        states = [state for path in paths if (state := load_checkpoint(path)) is not None]
        self.latents = torch.cat([state["latents"] for state in states])
        texts = [text for state in states for text in state["captions"]]
        self.scenes = [scene for text in texts if (scene := parse(text)) is not None]

    def keep_single(self) -> LatentSet:
        """Drop the scenes of two things; returns itself."""
        rows = [row for row, scene in enumerate(self.scenes) if scene.second is None]
        self.latents, self.scenes = self.latents[rows], [self.scenes[row] for row in rows]
        return self

    def draw(self, count: int) -> tuple[Tensor, list[Scene]]:
        """Random latents [count, 4, h, h] fp32 and their scenes."""
        rows = torch.randint(len(self.scenes), (count,))
        return self.latents[rows].float(), [self.scenes[row] for row in rows.tolist()]


def random_scenes(count: int, rng: Random) -> list[Scene]:
    """Scenes without pictures, for the text tower's first lessons."""
    return [draw_scene(rng) for _ in range(count)]
