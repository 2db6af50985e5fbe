"""Spoilt pictures for the scorer to mark down: blur, noise, and latents as hurried sampling leaves them.

Every function takes pictures or latents and a `level` [n] in 0 (untouched) .. 1 (hardly recognisable).
"""

from __future__ import annotations

import math
from random import Random

import torch
import torch.nn.functional as F
from torch import Tensor

from .render import render
from .untyped import Vae
from .world import Scene, draw_layout, draw_scene

BLUR = 3.0
"""Gaussian sigma at level 1, in pixels of a 64-px picture or in half latent cells."""

NOISE = 0.7
"""Noise sd at level 1: of pixels in -1..1, or in units of the latents' own sd."""

MOTTLE = 0.8
"""Gaussian sigma, in latent cells, of the noise that mottles: neighbours go astray together, as in hurried samples."""


def blur(images: Tensor, level: Tensor, reach: float = BLUR) -> Tensor:
    """Gaussian blur with sigma `reach * level` pixels, each picture its own."""
    half = math.ceil(2.5 * reach)
    offsets = torch.arange(-half, half + 1).float()
    kernels = torch.exp(-0.5 * (offsets / (reach * level).clamp(min=0.05)[:, None]) ** 2)
    kernels = kernels / kernels.sum(1, keepdim=True)
    count, channels, height, width = images.shape
    padded = F.pad(images, (half,) * 4, mode="reflect").view(1, count * channels, height + 2 * half, width + 2 * half)
    weights = kernels.repeat_interleave(channels, 0)
    rows = F.conv2d(padded, weights[:, None, None, :], groups=count * channels)
    return F.conv2d(rows, weights[:, None, :, None], groups=count * channels).view(images.shape)


def noise(images: Tensor, level: Tensor) -> Tensor:
    """Gaussian noise of sd `NOISE * level`."""
    return (images + NOISE * level.view(-1, 1, 1, 1) * torch.randn_like(images)).clamp(-1, 1)


@torch.no_grad()
def spoil_latents(vae: Vae, count: int, rng: Random) -> tuple[Tensor, list[Scene], Tensor]:
    """Pictures decoded from spoilt latents, [count, 3, 64, 64], with their scenes and levels [count].

    A fifth each: untouched, blurred, noised, mottled, and mixed (up to half) with another drawing of the same caption.
    """
    scenes = [draw_scene(rng) for _ in range(count)]
    drawings = torch.cat([render([draw_layout(scene, rng) for scene in scenes], 128) for _ in range(2)])
    latents, others = vae.encode(drawings.contiguous(memory_format=torch.channels_last)).latent_dist.mode().split(count)
    level = torch.rand(count)
    kind = torch.arange(count) % 5
    level[kind == 0] = 0
    spread = float(latents.std())
    latents[kind == 1] = blur(latents[kind == 1].contiguous(), level[kind == 1], BLUR / 2)
    latents[kind == 2] += spread * NOISE * level[kind == 2].view(-1, 1, 1, 1) * torch.randn_like(latents[kind == 2])
    mottle = blur(torch.randn_like(latents[kind == 3]), torch.ones(int((kind == 3).sum())), MOTTLE)
    latents[kind == 3] += spread * NOISE * level[kind == 3].view(-1, 1, 1, 1) * mottle / mottle.std()
    latents[kind == 4] = torch.lerp(latents[kind == 4], others[kind == 4], 0.5 * level[kind == 4].view(-1, 1, 1, 1))
    made = vae.decode(latents.contiguous(memory_format=torch.channels_last)).sample.clamp(-1, 1)
    return F.avg_pool2d(made, 2).contiguous(), scenes, level
