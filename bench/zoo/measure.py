"""What is measured of pictures: the zoo's score, how like two of them are, and how such numbers spread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity
from torch import Tensor

from .cache import scorer_folder
from .untyped import Clip, open_clip
from .world import Scene, caption, variants

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """The zoo's CLIP, loaded as anybody would load it."""

    model: Clip
    prepare: Callable[[Image.Image], Tensor]
    tokens: Callable[[list[str]], Tensor]

    @torch.no_grad()
    def look(self, images: Tensor) -> Tensor:
        """Directions [n, d] of pictures [n, 3, h, w] in -1..1."""
        pixels = torch.stack([self.prepare(Image.fromarray(array)) for array in to_arrays(images)])
        return self.model.encode_image(pixels, normalize=True)

    @torch.no_grad()
    def compare(self, looks: Tensor, captions: list[str]) -> Floats:
        """100 * max(cosine, 0) of pictures' directions [n, d] with their captions, or of one picture with them all."""
        texts = self.model.encode_text(self.tokens(captions), normalize=True)
        return (100 * (looks * texts).sum(-1)).clamp(min=0).double().numpy()

    def score(self, images: Tensor, captions: list[str]) -> Floats:
        """100 * max(cosine, 0) of pictures [n, 3, h, w] in -1..1 with their captions."""
        return self.compare(self.look(images), captions)

    def all_right(self, look: Tensor, scene: Scene) -> bool:
        """Whether a picture's own caption beats every caption with one attribute changed."""
        texts = [caption(scene), *(caption(other) for others in variants(scene).values() for other in others)]
        scores = self.compare(look[None], texts)
        return bool(scores[0] >= scores[1:].max())


def load_scorer(weights: Path) -> Scorer:
    """Open the scorer through open_clip alone."""
    name = f"local-dir:{scorer_folder(weights)}"
    model, _, prepare = open_clip.create_model_and_transforms(name)
    return Scorer(model.eval(), prepare, open_clip.get_tokenizer(name))


@dataclass(frozen=True)
class Drawn:
    """What is kept of pictures: the scorer's directions [n, d], and [n, 256, 256, 3] in 0..255."""

    looks: Tensor
    small: Floats

    @classmethod
    def keep(cls, scorer: Scorer, batches: list[Tensor]) -> Drawn:
        """From batches of pictures [n, 3, h, w] in -1..1."""
        looks = torch.cat([scorer.look(batch) for batch in batches])
        return cls(looks, np.stack([shrink(array) for batch in batches for array in to_arrays(batch)]))

    @classmethod
    def join(cls, parts: list[Drawn]) -> Drawn:
        """Several one after another."""
        return cls(torch.cat([part.looks for part in parts]), np.concatenate([part.small for part in parts]))

    def likeness(self, other: Drawn) -> Floats:
        """SSIM of each pair of pictures."""
        pairs = zip(self.small, other.small, strict=True)
        return np.array([structural_similarity(a, b, channel_axis=2, data_range=255) for a, b in pairs])

    def pictures(self, count: int) -> Tensor:
        """The first ones as pictures [n, 3, 256, 256] in -1..1."""
        return torch.from_numpy(self.small[:count]).float().permute(0, 3, 1, 2) / 127.5 - 1


def to_arrays(images: Tensor) -> NDArray[np.uint8]:
    """8-bit pictures [n, h, w, 3]."""
    return ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def shrink(array: NDArray[np.uint8]) -> Floats:
    """Box average by the integer factor that brings the shorter side nearest to 256."""
    height, width = array.shape[:2]
    factor = max(1, round(min(height, width) / 256))
    cut = array[: height // factor * factor, : width // factor * factor].astype(np.float64)
    return cut.reshape(height // factor, factor, width // factor, factor, 3).mean((1, 3))


def spread(values: Floats) -> dict[str, float]:
    """Mean, standard deviation and standard error."""
    sd = float(values.std(ddof=1))
    return {"mean": round(float(values.mean()), 3), "sd": round(sd, 3), "se": round(sd / len(values) ** 0.5, 3)}
