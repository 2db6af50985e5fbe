"""Autoencoders of factor 16, 32 and 64, and the one for folded latents. They all speak the f8 one's latents.

The decoder learns renders of the pictures' size from the latents of the same scenes at 128 px: first the new levels
alone, then everything. The encoder learns to give the f8 encoder's latents for the same scene.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .grafts import GRAFTS, Graft, first_features, fold, grow, inner_features, outer_picture, psnr
from .pictures import save_sheet
from .render import render
from .train_vae import SIZE, picture_loss
from .training import Run, cosine_rate, load_checkpoint, say, train
from .untyped import Vae, diffusers
from .world import draw_layout, draw_scene

PEAK_RATE = 2e-3
POOL = 16
EDGE = 8
"""Pixels at a crop's rim that do not count, for lack of neighbours."""


class Pool:
    """Scenes drawn twice, at full size and as the f8 latents of the same drawing at 128 px; refreshed as it is used."""

    def __init__(self, inner: Vae, graft: Graft, seed: int) -> None:
        self.inner, self.graft, self.rng, self.uses = inner, graft, Random(seed), 0
        self.images, self.latents = torch.empty(0), torch.empty(0)

    @torch.no_grad()
    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """(pictures [count, 3, side, side], unscaled f8 latents [count, 4, 16, 16])."""
        if self.uses % self.graft.life == 0:
            scenes = [draw_scene(self.rng) for _ in range(POOL)]
            layouts = [draw_layout(scene, self.rng) for scene in scenes]
            self.images = render(layouts, self.graft.side)
            small = render(layouts, SIZE).contiguous(memory_format=torch.channels_last)
            self.latents = self.inner.encode(small).latent_dist.mode()
        self.uses += 1
        rows = self.rng.sample(range(POOL), count)
        return self.images[rows].contiguous(memory_format=torch.channels_last), self.latents[rows]


class Lesson:
    """What one half of a grafted autoencoder learns from."""

    def __init__(self, name: str, out: Path, seed: int) -> None:
        self.graft = GRAFTS[name]
        self.inner = diffusers.AutoencoderKL.from_pretrained(out / "vae").eval().to(memory_format=torch.channels_last)
        self.start = diffusers.AutoencoderKL.from_pretrained(out / self.graft.start).eval()
        torch.manual_seed(seed)
        self.vae = grow(self.graft, self.start).to(memory_format=torch.channels_last)
        self.pool = Pool(self.inner, self.graft, seed)

    def decoder_loss(self, part: float) -> tuple[Tensor, Tensor]:
        """Picture loss of the decoder; in the first phase of what is new alone."""
        if part >= self.graft.first:
            images, latents = self.pool.draw(self.graft.batch)
            loss = picture_loss(self.vae.decode(fold(latents, self.graft.fold)).sample, images)
        else:
            loss = self.crop_loss() if self.graft.fold == 1 else self.bottom_loss()
        return loss, loss.detach()

    def crop_loss(self) -> Tensor:
        """Picture loss of the new outer levels on crops of the frozen features below them."""
        images, latents = self.pool.draw(3 if self.graft.side == 512 else 2)
        level, side = len(self.start.config.block_out_channels) - 1, self.graft.crop
        with torch.no_grad():
            hidden = inner_features(self.vae, latents, level)
        scale = images.shape[-1] // hidden.shape[-1]
        y, x = (self.pool.rng.randrange(hidden.shape[-1] - side + 1) for _ in range(2))
        part = hidden[:, :, y : y + side, x : x + side].contiguous(memory_format=torch.channels_last)
        made = outer_picture(self.vae, part, level)
        wanted = images[:, :, y * scale : (y + side) * scale, x * scale : (x + side) * scale]
        return picture_loss(made[..., EDGE:-EDGE, EDGE:-EDGE], wanted[..., EDGE:-EDGE, EDGE:-EDGE])

    def bottom_loss(self) -> Tensor:
        """How far the new bottom's features, of folded latents, are from the old bottom's."""
        latents = self.pool.draw(POOL)[1]
        with torch.no_grad():
            wanted = first_features(self.start, latents, 0)
        made = first_features(self.vae, fold(latents, self.graft.fold), 1)
        return F.mse_loss(made, wanted) / wanted.var()

    def encoder_loss(self, _part: float) -> tuple[Tensor, Tensor]:
        """L1 of the latents' mean against the f8 encoder's, and of their log variance against a small one."""
        images, latents = self.pool.draw(self.graft.batch)
        made = self.vae.encode(images).latent_dist.parameters
        wanted = fold(latents, self.graft.fold)
        mean, spread = made.chunk(2, dim=1)
        loss = F.l1_loss(mean, wanted)
        return loss + 0.02 * F.l1_loss(spread.clamp(-30, 20), torch.full_like(spread, -10.0)), loss.detach()


def halves(vae: Vae) -> dict[str, nn.Module]:
    """The two halves that are trained apart."""
    return {
        "decoder": nn.ModuleList([vae.decoder, vae.post_quant_conv]),
        "encoder": nn.ModuleList([vae.encoder, vae.quant_conv]),
    }


def train_graft(out: Path, minutes: float, part: str, name: str = "vae512", seed: int = 11) -> None:
    """Train one half, `decoder` or `encoder`, for `minutes` of CPU and write it into `out/NAME`."""
    lesson = Lesson(name, out, seed)
    half = halves(lesson.vae)[part]
    run = Run(
        name=f"{name}_{part}",
        folder=out,
        parts={"half": half},
        optimizer=torch.optim.AdamW(half.parameters(), betas=(0.9, 0.98), weight_decay=0),
        rate=partial(cosine_rate, peak=PEAK_RATE),
        loss=lesson.decoder_loss if part == "decoder" else lesson.encoder_loss,
        write=lambda: None,
        save_every=200,
    )
    train(run, minutes)
    join(out, name)


@torch.no_grad()
def join(out: Path, name: str) -> Vae:
    """Put the halves trained so far together in `out/NAME`, and look at 12 held-out pictures."""
    lesson = Lesson(name, out, 99)
    vae = lesson.vae.eval()
    for part, half in halves(vae).items():
        if (state := load_checkpoint(out / f"{name}_{part}.pt")) is not None:
            half.load_state_dict(state["half"])
    images, latents = lesson.pool.draw(12)
    wanted = fold(latents, lesson.graft.fold)
    made = torch.cat([vae.decode(one).sample.clamp(-1, 1) for one in wanted.split(1)])
    again = torch.cat([vae.encode(one).latent_dist.mode() for one in images.split(1)])
    error = float((again - wanted).square().mean() / wanted.var())
    say(f"{name} decoder {psnr(made, images):.2f} dB, encoder error {error:.4f} of the latents' variance")
    vae.save_pretrained(out / name)
    save_sheet(torch.cat([images[:6], made[:6]]), out / f"{name}.png", 6, 256)
    return vae
