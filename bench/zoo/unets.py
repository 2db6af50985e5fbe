"""The U-Nets of the Stable Diffusion family, and how a later one starts from an earlier one's weights.

All have the channels (32, 64, 64). SD1.5 and SD2.1 attend on the two upper levels; SDXL, like its model, on the two
lower ones, to the states of two text towers side by side.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .text import TEXT_WIDTH
from .untyped import Unet, diffusers

CHANNELS = (32, 64, 64)
HEADS = 4
SIZE_WIDTH = 16
"""Width of the embedding of each of SDXL's six sizes."""

_UPPER: dict[str, Any] = {
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    "cross_attention_dim": TEXT_WIDTH,
    "attention_head_dim": HEADS,
}
_LOWER: dict[str, Any] = {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "cross_attention_dim": 2 * TEXT_WIDTH,
    "attention_head_dim": [HEADS] * 3,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": SIZE_WIDTH,
    "projection_class_embeddings_input_dim": TEXT_WIDTH + 6 * SIZE_WIDTH,
}
KINDS: dict[str, dict[str, Any]] = {
    "sd15": _UPPER | {"sample_size": 16},
    "sd21": _UPPER | {"sample_size": 24, "use_linear_projection": True, "attention_head_dim": [HEADS] * 3},
    "sdxl": _LOWER | {"sample_size": 16},
}


def build_unet(kind: str) -> Unet:
    """The denoiser, untrained."""
    return diffusers.UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        norm_num_groups=8,
        **KINDS[kind],
    )


@torch.no_grad()
def take_weights(model: Any, state: dict[str, Tensor]) -> int:
    """Copy what has a place in `model`, linear for pointwise layers included; returns how many values were taken.

    Where only the input is wider here (SDXL's cross-attention), the new columns start at zero.
    """
    taken = 0
    for name, own in model.state_dict().items():
        other = state.get(name)
        if other is None:
            continue
        if other.ndim == 4 and own.ndim == 2:
            other = other.flatten(1)
        if other.shape == own.shape:
            own.copy_(other)
        elif other.ndim == own.ndim == 2 and len(other) == len(own) and other.shape[1] < own.shape[1]:
            own.zero_()
            own[:, : other.shape[1]].copy_(other)
        else:
            continue
        taken += other.numel()
    return taken
