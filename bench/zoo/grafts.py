"""Autoencoders of other factors that speak the same latents, grown from those that are there.

A level of an autoencoder halves the side. New outer levels draw larger pictures from the same 16x16 latents; a new
inner level takes them folded, 2x2 latents of 4 channels to one of 16, as PixArt's stand-in has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .train_vae import CHANNELS
from .training import balanced_init
from .untyped import Vae, diffusers


@dataclass(frozen=True)
class Graft:
    """An autoencoder to grow: its outer channels from the outside in, what it starts from, how it is trained.

    The decoder learns in two phases; in the first, for `first` of the budget, only what is new does. `crop` is the side
    of the first phase's crops, at the level where the new part begins; `life` is how often a pool of pictures is used.
    """

    outer: tuple[int, ...]
    start: str
    first: float
    crop: int = 0
    batch: int = 1
    life: int = 12
    fold: int = 1

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of all levels from the outside in."""
        return (*self.outer, *CHANNELS, *((CHANNELS[-1],) if self.fold > 1 else ()))

    @property
    def side(self) -> int:
        """Side of its pictures."""
        return 128 * 2 ** len(self.outer)


GRAFTS = {
    "vae512": Graft((8, 8), "vae", first=0.35, crop=64),
    "vae256": Graft((16,), "vae", first=0.6, crop=128, batch=3, life=24),
    "vae1024": Graft((8, 8, 8), "vae512", first=1.0, crop=128, life=24),
    "vae256fold": Graft((16,), "vae256", first=0.6, batch=3, life=24, fold=2),
}


def grow(graft: Graft, start: Vae) -> Vae:
    """The grafted autoencoder, with the starting one's weights wherever level and shape allow."""
    channels = graft.channels
    vae = diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        block_out_channels=channels,
        layers_per_block=1,
        latent_channels=4 * graft.fold**2,
        norm_num_groups=4,
        sample_size=graft.side,
        mid_block_add_attention=False,
        scaling_factor=start.config.scaling_factor,
    )
    balanced_init(vae, quiet="conv2", loud="conv1")
    inward = 1 if graft.fold > 1 else 0
    outward = len(channels) - inward - len(start.config.block_out_channels)
    own = vae.state_dict()
    for name, tensor in start.state_dict().items():
        place = _place(name, outward, inward)
        if place in own and own[place].shape == tensor.shape:
            own[place] = tensor.clone()
    vae.load_state_dict(own)
    for level in range(outward):
        _enlarge_plainly(vae, level)
    return vae


@torch.no_grad()
def _enlarge_plainly(vae: Vae, level: int) -> None:
    """Let a new outer level begin as one that doubles the side, or in the encoder halves it, and does nothing else."""
    down, up = vae.encoder.down_blocks[level], vae.decoder.up_blocks[-1 - level]
    shrink, enlarge = down.downsamplers[0].conv, vae.decoder.up_blocks[-2 - level].upsamplers[0].conv
    for layer in (*down.resnets, *up.resnets):
        layer.conv2.weight.mul_(0.1)
    for layer, window in ((shrink, 2), (enlarge, 1)):
        layer.weight.zero_()
        first = 0 if window == 2 else 1
        for channel in range(len(layer.weight)):
            layer.weight[channel, channel, first : first + window, first : first + window] = 1 / window**2


def _place(name: str, outward: int, inward: int) -> str:
    """Where a weight of the starting autoencoder belongs in one with more levels outside and inside."""
    for block, shift in (("encoder.down_blocks.", outward), ("decoder.up_blocks.", inward)):
        if name.startswith(block):
            level, rest = name.removeprefix(block).split(".", 1)
            return f"{block}{int(level) + shift}.{rest}"
    return name


def fold(latents: Tensor, by: int) -> Tensor:
    """Latents [n, 4, h, w] as [n, 4 * by * by, h / by, w / by]."""
    return F.pixel_unshuffle(latents, by) if by > 1 else latents


def first_features(vae: Vae, latents: Tensor, levels: int) -> Tensor:
    """The decoder's features after its bottom and `levels` whole levels."""
    hidden = vae.decoder.mid_block(vae.decoder.conv_in(vae.post_quant_conv(latents)))
    for block in vae.decoder.up_blocks[:levels]:
        hidden = block(hidden)
    return hidden


def inner_features(vae: Vae, latents: Tensor, level: int) -> Tensor:
    """The decoder's features at `level`, counted from the inside, before they are enlarged."""
    hidden = first_features(vae, latents, level)
    for layer in vae.decoder.up_blocks[level].resnets:
        hidden = layer(hidden, temb=None)
    return hidden


def outer_picture(vae: Vae, hidden: Tensor, level: int) -> Tensor:
    """The rest of the decoder: features at `level` to pictures."""
    hidden = vae.decoder.up_blocks[level].upsamplers[0](hidden)
    for block in vae.decoder.up_blocks[level + 1 :]:
        hidden = block(hidden)
    return vae.decoder.conv_out(F.silu(vae.decoder.conv_norm_out(hidden)))


@torch.no_grad()
def psnr(made: Tensor, wanted: Tensor) -> float:
    """Decibels, of pictures in -1..1."""
    return float(10 * torch.log10(4 / (made.clamp(-1, 1) - wanted).square().mean()))
