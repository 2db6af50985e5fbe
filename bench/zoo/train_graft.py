"""Step 6: the f32 autoencoder. The same 16x16 latents, decoded to 512x512.

Two outer levels of `OUTER` channels are grafted onto the f8 autoencoder. Its inner levels keep their weights where the
shapes match. The decoder learns from 512-px renders: first the new levels on quarter pictures, then everything on whole
ones. The encoder learns to give the f8 encoder's latents for the same scene.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .pictures import save_sheet
from .render import render
from .train_vae import CHANNELS, SIZE, picture_loss
from .training import Budget, balanced_init, cosine_rate, load_checkpoint, save_checkpoint, say, set_rate
from .untyped import Vae, diffusers
from .world import draw_layout, draw_scene

OUTER = (8, 8)
LARGE = 512
PEAK_RATE = 2e-3
POOL = 16
POOL_LIFE = 12  # iterations
CROP = 64
"""Side of the feature crops at the 128-px level in the first phase: 256 px of the picture."""

FIRST_PHASE = 0.35
"""Part of the decoder's budget spent on the new levels alone."""


def graft(inner: Vae) -> Vae:
    """The f32 autoencoder with the inner one's weights wherever name and shape allow."""
    vae = diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * (len(OUTER) + len(CHANNELS)),
        up_block_types=("UpDecoderBlock2D",) * (len(OUTER) + len(CHANNELS)),
        block_out_channels=(*OUTER, *CHANNELS),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=LARGE,
        mid_block_add_attention=False,
        scaling_factor=inner.config.scaling_factor,
    )
    balanced_init(vae, quiet="conv2", loud="conv1")
    own = vae.state_dict()
    for name, tensor in inner.state_dict().items():
        place = _encoder_place(name)
        if place in own and own[place].shape == tensor.shape:
            own[place] = tensor.clone()
    vae.load_state_dict(own)
    return vae


def _encoder_place(name: str) -> str:
    """Where an inner weight goes: the encoder's blocks move down, the decoder's last layers are new."""
    if name.startswith("encoder.down_blocks."):
        level, rest = name.removeprefix("encoder.down_blocks.").split(".", 1)
        return f"encoder.down_blocks.{int(level) + len(OUTER)}.{rest}"
    return "" if name.startswith(("encoder.conv_in", "decoder.conv_out", "decoder.conv_norm_out")) else name


class Pool:
    """Scenes drawn twice, at 512 px and as the f8 latents of the same drawing at 128 px; refreshed as it is used."""

    def __init__(self, inner: Vae, seed: int) -> None:
        self.inner, self.rng, self.uses = inner, Random(seed), 0
        self.images, self.moments = torch.empty(0), torch.empty(0)

    @torch.no_grad()
    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """(pictures [count, 3, 512, 512], latent moments [count, 8, 16, 16])."""
        if self.uses % POOL_LIFE == 0:
            scenes = [draw_scene(self.rng) for _ in range(POOL)]
            layouts = [draw_layout(scene, self.rng) for scene in scenes]
            self.images = render(layouts, LARGE)
            small = render(layouts, SIZE).contiguous(memory_format=torch.channels_last)
            self.moments = self.inner.encode(small).latent_dist.parameters
        self.uses += 1
        rows = self.rng.sample(range(POOL), count)
        return self.images[rows].contiguous(memory_format=torch.channels_last), self.moments[rows]


def inner_features(vae: Vae, latents: Tensor) -> Tensor:
    """The decoder up to the 128-px level, [n, 16, 128, 128]."""
    hidden = vae.decoder.mid_block(vae.decoder.conv_in(vae.post_quant_conv(latents)))
    for block in vae.decoder.up_blocks[: len(CHANNELS) - 1]:
        hidden = block(hidden)
    for layer in vae.decoder.up_blocks[len(CHANNELS) - 1].resnets:
        hidden = layer(hidden, temb=None)
    return hidden


def outer_picture(vae: Vae, hidden: Tensor) -> Tensor:
    """The rest of the decoder: features at 128 px to pictures four times as large."""
    hidden = vae.decoder.up_blocks[len(CHANNELS) - 1].upsamplers[0](hidden)
    for block in vae.decoder.up_blocks[len(CHANNELS) :]:
        hidden = block(hidden)
    return vae.decoder.conv_out(F.silu(vae.decoder.conv_norm_out(hidden)))


def decoder_loss(vae: Vae, pool: Pool, whole: bool) -> Tensor:
    """Picture loss of the decoder on f8 latents: on quarters with the inner levels frozen, or on whole pictures."""
    images, moments = pool.draw(1 if whole else 3)
    latents = moments[:, :4]
    if whole:
        return picture_loss(outer_picture(vae, inner_features(vae, latents)), images)
    with torch.no_grad():
        hidden = inner_features(vae, latents)
    y, x = (pool.rng.randrange(SIZE - CROP + 1) for _ in range(2))
    scale = LARGE // SIZE
    wanted = images[:, :, y * scale : (y + CROP) * scale, x * scale : (x + CROP) * scale]
    made = outer_picture(vae, hidden[:, :, y : y + CROP, x : x + CROP].contiguous(memory_format=torch.channels_last))
    edge = 8  # the crop's rim lacks its neighbours
    return picture_loss(made[..., edge:-edge, edge:-edge], wanted[..., edge:-edge, edge:-edge])


def encoder_loss(vae: Vae, pool: Pool) -> Tensor:
    """L1 of the latents' mean, and a little of their log variance, against the f8 encoder's."""
    images, wanted = pool.draw(1)
    made = vae.encode(images).latent_dist.parameters
    return F.l1_loss(made[:, :4], wanted[:, :4]) + 0.02 * F.l1_loss(made[:, 4:].clamp(-30, 20), wanted[:, 4:])


def train_graft(out: Path, minutes: float, part: str, seed: int = 11) -> None:
    """Train one half, `decoder` or `encoder`, for `minutes` of CPU and write it into `out/vae512`."""
    torch.manual_seed(seed)
    inner = diffusers.AutoencoderKL.from_pretrained(out / "vae").eval().to(memory_format=torch.channels_last)
    vae = graft(inner).to(memory_format=torch.channels_last)
    half: nn.ModuleList = nn.ModuleList(
        [vae.decoder, vae.post_quant_conv] if part == "decoder" else [vae.encoder, vae.quant_conv]
    )
    optimizer = torch.optim.AdamW(half.parameters(), betas=(0.9, 0.98), weight_decay=0)
    budget, iteration, path = Budget(minutes * 60), 0, out / f"vae512_{part}.pt"
    if (state := load_checkpoint(path)) is not None:
        half.load_state_dict(state["half"])
        optimizer.load_state_dict(state["optimizer"])
        budget, iteration = Budget(minutes * 60, state["spent"]), state["iteration"]
    pool, shown = Pool(inner, seed + iteration), 0.3
    while budget.part < 1:
        set_rate(optimizer, cosine_rate(budget.part, iteration, PEAK_RATE))
        whole = budget.part > FIRST_PHASE
        loss = decoder_loss(vae, pool, whole) if part == "decoder" else encoder_loss(vae, pool)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(half.parameters(), 1.0)
        optimizer.step()
        iteration += 1
        shown += 0.03 * (float(loss.detach()) - shown)
        if iteration % 50 == 0:
            say(f"graft {part} {iteration} cpu {budget.spent:.0f}s loss {shown:.4f}")
        if iteration % 200 == 0:
            save_half(half, optimizer, budget, iteration, path)
    save_half(half, optimizer, budget, iteration, path)
    join(out)


def save_half(half: nn.Module, optimizer: torch.optim.Optimizer, budget: Budget, iteration: int, path: Path) -> None:
    """Checkpoint one half."""
    state: dict[str, Any] = {"half": half.state_dict(), "optimizer": optimizer.state_dict()}
    save_checkpoint(path, state | {"spent": budget.spent, "iteration": iteration})


@torch.no_grad()
def join(out: Path) -> Vae:
    """Put the halves trained so far together in `out/vae512`, and look at 12 held-out pictures."""
    inner = diffusers.AutoencoderKL.from_pretrained(out / "vae").eval()
    vae = graft(inner)
    if (state := load_checkpoint(out / "vae512_decoder.pt")) is not None:
        nn.ModuleList([vae.decoder, vae.post_quant_conv]).load_state_dict(state["half"])
    if (state := load_checkpoint(out / "vae512_encoder.pt")) is not None:
        nn.ModuleList([vae.encoder, vae.quant_conv]).load_state_dict(state["half"])
    images, moments = Pool(inner, 99).draw(12)
    made = vae.decode(moments[:, :4]).sample.clamp(-1, 1)
    error = (vae.encode(images).latent_dist.mode() - moments[:, :4]).square().mean() / moments[:, :4].var()
    psnr = 10 * torch.log10(4 / (made - images).square().mean())
    say(f"vae512 decoder {psnr:.2f} dB, encoder error {error:.4f} of the latents' variance")
    vae.save_pretrained(out / "vae512")
    save_sheet(torch.cat([images[:6], made[:6]]), out / "vae512.png", 6, 256)
    return vae
