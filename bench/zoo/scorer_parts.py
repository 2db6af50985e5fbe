"""What the scorer's training is made of: the model, its helper heads, batches of neighbours, and the plain losses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from .untyped import Clip, open_clip
from .world import (
    ATTRIBUTE_SIZES,
    COLOURS,
    SHAPES,
    Scene,
    attributes,
    caption,
    draw_scene,
    parse,
    variants,
)

CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 64,
        "vision_cfg": {"image_size": 64, "patch_size": 8, "width": 96, "head_width": 24, "layers": 4, "mlp_ratio": 3.0},
        "text_cfg": {"context_length": 32, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2},
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    },
}
NEIGHBOURS = 5
MIRRORED = {"to the left of": "to the right of", "to the right of": "to the left of"}
PATCHES = 8
"""Patches a side; a patch is named after the mark that covers 40% of it, else after the background."""


@dataclass
class Heads:
    """Training-time helpers, thrown away afterwards: attributes from either embedding, and a name for each patch."""

    image: nn.Linear
    text: nn.Linear
    patch: nn.Linear
    wanted: Callable[[Scene], tuple[int, ...]] = attributes
    sizes: tuple[int, ...] = ATTRIBUTE_SIZES

    def modules(self) -> nn.ModuleList:
        """The heads as one module."""
        return nn.ModuleList([self.image, self.text, self.patch])


def build_scorer() -> Clip:
    """The scorer, untrained."""
    model = open_clip.CLIP(**CONFIG["model_cfg"])
    model.visual.output_tokens = True
    nn.init.normal_(model.token_embedding.weight, std=0.2)
    nn.init.normal_(model.positional_embedding, std=0.1)
    nn.init.normal_(model.visual.positional_embedding, std=0.2)
    with torch.no_grad():
        model.logit_scale.fill_(2.6)
    return model


def neighbourhood(rng: Random, groups: int) -> list[Scene]:
    """Random scenes, each followed by neighbours that differ in one attribute."""
    found: list[Scene] = []
    for _ in range(groups):
        scene = draw_scene(rng)
        changed = variants(scene)
        kinds = rng.sample(list(changed), len(changed))
        found.append(scene)
        found.extend(rng.choice(changed[kind]) for kind in (kinds * 2)[:NEIGHBOURS])
    return found


def contrast(images: Tensor, texts: Tensor, scale: Tensor, captions: list[str]) -> Tensor:
    """Symmetric cross-entropy of unit embeddings [n, d]; pictures that share a caption share the target."""
    logits = scale * images @ texts.T
    same = torch.tensor([[a == b for b in captions] for a in captions]).float()
    target = same / same.sum(1, keepdim=True)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def name_losses(
    heads: Heads, image: Tensor, text: Tensor, tokens: Tensor, scenes: list[Scene], masks: Tensor
) -> Tensor:
    """Cross-entropies of the helper heads."""
    named = torch.tensor([heads.wanted(scene) for scene in scenes])
    loss = torch.zeros(())
    for head, weight, embedding in ((heads.image, 0.3, image), (heads.text, 0.15, text)):
        parts = head(embedding).split(heads.sizes, -1)
        loss = loss + weight * sum(F.cross_entropy(part, named[:, k]) for k, part in enumerate(parts))
    wanted = torch.tensor([attributes(scene) for scene in scenes])
    things = len(COLOURS) * len(SHAPES)
    names = (things + wanted[:, 5])[:, None].expand(-1, PATCHES**2)
    for slot in range(2):
        thing = (wanted[:, 2 * slot] * len(SHAPES) + wanted[:, 2 * slot + 1]).clamp(max=things - 1)
        names = torch.where(masks[:, slot] > 0.4, thing[:, None], names)
    return loss + 0.5 * F.cross_entropy(heads.patch(tokens).flatten(0, 1), names.flatten())


def jitter(images: Tensor) -> Tensor:
    """Small changes of contrast, tint and grain that must not cost score."""
    count = len(images)
    tint = (0.94 + 0.1 * torch.rand(count, 1, 1, 1)) * images + 0.03 * torch.randn(count, 3, 1, 1)
    return tint + 0.03 * torch.rand(count, 1, 1, 1) * torch.randn_like(images)


def mirrored(text: str) -> str:
    """The caption of the picture seen in a mirror."""
    scene = parse(text)
    assert scene is not None
    return caption(replace(scene, relation=MIRRORED.get(scene.relation or "", scene.relation)))


def save_scorer(model: Clip, folder: Path) -> None:
    """Write open_clip's two files; they load by `open_clip.create_model_and_transforms("local-dir:...")`."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=2), encoding="utf-8")
