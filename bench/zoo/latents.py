"""Step 2: what the denoiser learns from, the latents of many renders, in shards of fp16."""

from __future__ import annotations

from pathlib import Path
from random import Random

import torch
from torch import Tensor

from .render import render_batch
from .train_vae import SIZE
from .training import load_checkpoint, save_checkpoint, say
from .untyped import diffusers
from .world import Scene, caption, draw_scene, parse

SHARD = 1024
SHARDS = 32
SEED = 7000


@torch.no_grad()
def encode_shards(out: Path, first: int = 0, last: int = SHARDS) -> None:
    """Write `out/latents/NN.pt`: [1024, 4, 16, 16] fp16 at unit variance, and captions. Skips what is there."""
    vae = diffusers.AutoencoderKL.from_pretrained(out / "vae").eval().to(memory_format=torch.channels_last)
    for index in range(first, last):
        path = out / "latents" / f"{index:02d}.pt"
        if path.exists():
            continue
        rng, parts, captions = Random(SEED + index), list[Tensor](), list[str]()
        for _ in range(SHARD // 16):
            images, scenes = render_batch(16, SIZE, rng)
            posterior = vae.encode(images.contiguous(memory_format=torch.channels_last)).latent_dist
            parts.append((posterior.mode() * vae.config.scaling_factor).half().contiguous())
            captions.extend(caption(scene) for scene in scenes)
        save_checkpoint(path, {"latents": torch.cat(parts), "captions": captions})
        say(f"latents {index + 1}/{last}")


class LatentSet:
    """The shards that are there; `refresh` takes in those that came since."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, set[Path]()
        self.latents, self.scenes = torch.empty(0, 4, 16, 16, dtype=torch.float16), list[Scene]()
        self.refresh()

    def refresh(self) -> None:
        """Load shards not loaded yet."""
        for path in sorted(self.folder.glob("*.pt")):
            state = None if path in self.seen else load_checkpoint(path)
            if state is not None:
                self.seen.add(path)
                self.latents = torch.cat([self.latents, state["latents"]])
                self.scenes.extend(scene for text in state["captions"] if (scene := parse(text)) is not None)

    def draw(self, count: int) -> tuple[Tensor, list[Scene]]:
        """Random latents [count, 4, 16, 16] fp32 and their scenes."""
        rows = torch.randint(len(self.scenes), (count,))
        return self.latents[rows].float(), [self.scenes[row] for row in rows.tolist()]


def random_scenes(count: int, rng: Random) -> list[Scene]:
    """Scenes without pictures, for the text tower's first lessons."""
    return [draw_scene(rng) for _ in range(count)]
