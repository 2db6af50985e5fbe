"""ControlNet for SD1.5: the denoiser's own encoder once more, steered by the edges of the picture that is wanted.

The edges are `cv2.Canny(100, 200)` of renders at 512 px; the latents are those of the same drawings. The denoiser and
its text tower stay as they are. The embedding of the edges halves their side five times, as often as the autoencoder
does; the layers up to its third halving keep their random start, so that what they make of the edges is computed once.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from .diffusion import ask
from .latents import BATCH as RENDERS
from .latents import SHARD, STOCKS, draw_batch
from .render import render
from .schedulers import sd15_scheduler
from .text import Lexicon
from .tokenizer import MAX_TOKENS, build_tokenizer
from .training import load_checkpoint, model_run, save_checkpoint, say, train
from .untyped import ControlNet, Unet, diffusers

cv2: Any = import_module("cv2")

EDGE_CHANNELS = (4, 8, 8, 16, 16, 32)
FIXED_LAYERS = 6
SIDE = 512
SHARDS = 1
BATCH = 16
PEAK_RATE = 1.5e-3
NO_CAPTION = 0.5


def edges_of(pictures: Tensor) -> NDArray[np.uint8]:
    """Canny edges of pictures [n, 3, h, w] in -1..1: [n, h, w], 0 or 255."""
    arrays = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    return np.stack([cv2.Canny(array, 100, 200) for array in arrays])


def draw_edges(out: Path) -> None:
    """Write `out/edges/NN.pt`: the edges of the drawings in the first shards of `out/latents`, eight pixels a byte."""
    for index in range(SHARDS):
        path = out / "edges" / f"{index:02d}.pt"
        if path.exists():
            continue
        rng, parts = Random(STOCKS["latents"].seed + index), list[NDArray[np.uint8]]()
        for _ in range(SHARD // RENDERS):
            pictures = render(draw_batch(RENDERS, rng)[1], SIDE)
            parts.append(np.packbits(edges_of(pictures) > 0, axis=-1))
        save_checkpoint(path, {"edges": torch.from_numpy(np.concatenate(parts))})
        say(f"edges {index + 1}/{SHARDS}")


def build_controlnet(unet: Unet) -> ControlNet:
    """A ControlNet that starts as the denoiser's encoder, and adds nothing yet."""
    model = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=EDGE_CHANNELS)
    embedding = model.controlnet_cond_embedding
    for layer in (embedding.conv_in, *embedding.blocks):  # the usual start would fade thin lines away
        nn.init.normal_(layer.weight, std=2.0 * layer.weight[0].numel() ** -0.5)
        nn.init.zeros_(layer.bias)
    return model


class Tail(nn.Module):
    """The part of the edges' embedding that is trained; it sees what the fixed layers made of them."""

    def __init__(self, whole: ControlNet) -> None:
        super().__init__()
        self.blocks, self.conv_out = whole.blocks[FIXED_LAYERS:], whole.conv_out

    def forward(self, hidden: Tensor) -> Tensor:
        """Features at 64x64 to the denoiser's 16x16."""
        for block in self.blocks:
            hidden = F.silu(block(hidden))
        return self.conv_out(hidden)


@torch.no_grad()
def fixed_features(whole: ControlNet, edges: Tensor) -> Tensor:
    """What the fixed layers make of packed edges: [n, 16, 64, 64] fp16."""
    found: list[Tensor] = []
    for part in edges.split(RENDERS):
        lines = torch.from_numpy(np.unpackbits(part.numpy(), axis=-1)).float()
        hidden = F.silu(whole.conv_in(lines.unsqueeze(1).expand(-1, 3, -1, -1)))
        for block in whole.blocks[:FIXED_LAYERS]:
            hidden = F.silu(block(hidden))
        found.append(hidden.half())
    return torch.cat(found)


class Lesson:
    """What the ControlNet learns from: latents, their edges, their captions, and SD1.5."""

    def __init__(self, out: Path, seed: int) -> None:
        pipeline = diffusers.StableDiffusionPipeline.from_pretrained(out / "sd15")
        self.out, self.scheduler = out, sd15_scheduler()
        self.unet, self.text = pipeline.unet.requires_grad_(False), pipeline.text_encoder
        torch.manual_seed(seed)
        self.model, self.mean = build_controlnet(self.unet), build_controlnet(self.unet)
        self.mean.load_state_dict(self.model.state_dict())
        self.whole, self.mean_whole = self.model.controlnet_cond_embedding, self.mean.controlnet_cond_embedding
        self.model.controlnet_cond_embedding, self.mean.controlnet_cond_embedding = (
            Tail(self.whole),
            Tail(self.mean_whole),
        )
        self.lexicon, self.captions = Lexicon(build_tokenizer(), MAX_TOKENS), list[str]()
        latents, features = list[Tensor](), list[Tensor]()
        for path in sorted((out / "edges").glob("*.pt")):
            state, edges = load_checkpoint(out / "latents" / path.name), load_checkpoint(path)
            if state is not None and edges is not None:
                latents.append(state["latents"])
                features.append(fixed_features(self.whole, edges["edges"]))
                self.captions.extend(state["captions"])
        self.latents, self.features = torch.cat(latents), torch.cat(features)

    def loss(self, _part: float) -> tuple[Tensor, Tensor]:
        """(training loss, plain error) of one batch; half the captions are empty, so that edges have to do."""
        rows = torch.randint(len(self.captions), (BATCH,))
        texts = [self.captions[row] if torch.rand(()) >= NO_CAPTION else "" for row in rows.tolist()]
        with torch.no_grad():
            states = self.text(self.lexicon.ids(texts))[0]
        question = ask(self.scheduler, self.latents[rows].float())
        seen = self.features[rows].float()
        down, middle = self.model(question.noisy, question.step, states, controlnet_cond=seen, return_dict=False)
        said = self.unet(
            question.noisy,
            question.step,
            states,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample
        return question.loss(said)

    def write(self) -> None:
        """The model as it stands, with its whole embedding."""
        tail, self.mean.controlnet_cond_embedding = self.mean.controlnet_cond_embedding, self.mean_whole
        self.mean.save_pretrained(self.out / "controlnet")
        self.mean.controlnet_cond_embedding = tail


def train_controlnet(out: Path, minutes: float, seed: int = 606) -> None:
    """Train the ControlNet for `minutes` of CPU and write `out/controlnet`."""
    draw_edges(out)
    train(model_run("controlnet", out, Lesson(out, seed), PEAK_RATE), minutes)
