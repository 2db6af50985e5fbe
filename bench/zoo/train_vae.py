"""Step 1: the f8 autoencoder at 128 px whose 16x16 latents everything else speaks.

AutoencoderKL (16, 32, 48, 48), one layer a block, no attention: 0.58 M parameters. Trained on crops (64 px, later whole
pictures) with L1 + 2 L2 + 0.3 L1 of the gradient + 3e-4 KL. `train_graft.py` later gives it 512-px eyes and hands.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from .pictures import save_sheet
from .render import render_batch
from .training import Run, balanced_init, cosine_rate, say, train
from .untyped import Vae, diffusers

SIZE = 128
CHANNELS = (16, 32, 48, 48)
PEAK_RATE = 1.5e-3
POOL = 64
POOL_LIFE = 30  # iterations


def build_vae() -> Vae:
    """The f8 autoencoder, untrained."""
    vae = diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * len(CHANNELS),
        up_block_types=("UpDecoderBlock2D",) * len(CHANNELS),
        block_out_channels=CHANNELS,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=SIZE,
        mid_block_add_attention=False,
    )
    balanced_init(vae, quiet="conv2", loud="conv1")
    with torch.no_grad():  # begin with latents that are nearly sure of themselves
        vae.quant_conv.weight[4:] *= 0.1
        vae.quant_conv.bias[4:] = -3.0
    return vae


class Lesson:
    """What the f8 autoencoder learns from: crops of a pool of renders."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        self.vae = build_vae().to(memory_format=torch.channels_last)
        self.rng, self.uses = Random(5 + seed), 0
        self.pool = torch.empty(0)

    def loss(self, part: float) -> tuple[Tensor, Tensor]:
        """Loss on crops of 64 px, later on whole pictures."""
        if self.uses % POOL_LIFE == 0:
            self.pool = render_batch(POOL, SIZE, self.rng)[0]
        self.uses += 1
        side, count = (64, 8) if part < 0.6 else (128, 3)
        loss = vae_loss(self.vae, crops(self.pool, side, count, self.rng))
        return loss, loss.detach()


def train_vae(out: Path, minutes: float, seed: int = 0) -> None:
    """Train for `minutes` of CPU and write `out/vae` (diffusers format, fp32)."""
    lesson = Lesson(seed)
    run = Run(
        name="vae",
        folder=out,
        parts={"vae": lesson.vae},
        optimizer=torch.optim.AdamW(lesson.vae.parameters(), betas=(0.9, 0.98), weight_decay=0),
        rate=partial(cosine_rate, peak=PEAK_RATE),
        loss=lesson.loss,
        write=partial(save_vae, lesson.vae, out),
        save_every=400,
    )
    train(run, minutes)


def crops(pool: Tensor, side: int, count: int, rng: Random, grid: int = 8) -> Tensor:
    """Random square crops of the pool, aligned to `grid` pixels, [count, 3, side, side]."""
    spots = [rng.randrange((pool.shape[-1] - side) // grid + 1) * grid for _ in range(2 * count)]
    pairs = zip(spots[:count], spots[count:], strict=True)
    found = [pool[rng.randrange(len(pool)), :, y : y + side, x : x + side] for y, x in pairs]
    return torch.stack(found).contiguous(memory_format=torch.channels_last)


def picture_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """L1 + 2 L2 + 0.3 L1 of horizontal and vertical differences."""
    error = made - wanted
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + 2 * error.square().mean() + 0.3 * edges


def vae_loss(vae: Vae, images: Tensor) -> Tensor:
    """Reconstruction from a sampled latent, plus a small pull of the latents towards a unit Gaussian."""
    posterior = vae.encode(images).latent_dist
    latents = posterior.sample()
    return picture_loss(vae.decode(latents).sample, images) + 3e-4 * posterior.kl().mean() / latents[0].numel()


@torch.no_grad()
def save_vae(vae: Vae, out: Path) -> None:
    """Set the scaling factor from 32 held-out pictures, save, and write a sheet of reconstructions."""
    images = render_batch(32, SIZE, Random(99))[0]
    latents = torch.cat([vae.encode(part).latent_dist.mode() for part in images.split(8)])
    made = torch.cat([vae.decode(part).sample for part in latents.split(8)])
    psnr = 10 * torch.log10(4 / (made.clamp(-1, 1) - images).square().mean())
    say(f"vae psnr {psnr:.2f} dB, latent std {latents.std():.3f}, mean {latents.mean((0, 2, 3)).tolist()}")
    vae.register_to_config(scaling_factor=float(1 / latents.std()))
    vae.save_pretrained(out / "vae")
    save_sheet(torch.cat([images[:12], made[:12]]), out / "vae.png", 12)
