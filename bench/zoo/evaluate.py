"""Measure the finished zoo: does the scorer rank rightly, what does each shortcut cost, how long does each part take.

Everything is paired by prompt and seed. The score is 100 * max(cosine, 0); the loss of a variant is the relative fall
of its mean score from DDIM with 50 steps; drift is its mean 1 - SSIM to that picture over that between two seeds.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity
from torch import Tensor

from .cache import scorer_folder
from .degrade import blur
from .pictures import save_sheet
from .render import render
from .training import say
from .untyped import Clip, StableDiffusion, diffusers, open_clip
from .world import Scene, caption, draw_layout, draw_scene, parse, variants

GUIDANCE = 7.5
BASE = ("DDIM", 50)
STEPS = {
    "DDIM": (25, 20, 10, 8, 6, 4),
    "DPM++ 2M": (20, 10, 6),
    "UniPC": (10,),
    "Euler": (10,),
}
SCHEDULERS = {
    "DDIM": "DDIMScheduler",
    "DPM++ 2M": "DPMSolverMultistepScheduler",
    "UniPC": "UniPCMultistepScheduler",
    "Euler": "EulerDiscreteScheduler",
}
BATCH = 8
SHEET_PROMPTS = 6
SHEET_ROWS = (("DDIM", 25), ("DDIM", 10), ("DDIM", 6), ("DDIM", 4), ("DPM++ 2M", 20), ("DPM++ 2M", 10))

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """The zoo's CLIP, loaded as anybody would load it."""

    model: Clip
    prepare: Callable[[Image.Image], Tensor]
    tokens: Callable[[list[str]], Tensor]

    @torch.no_grad()
    def score(self, images: Tensor, captions: list[str]) -> Floats:
        """100 * max(cosine, 0) of pictures [n, 3, h, w] in -1..1 with their captions."""
        pixels = torch.stack([self.prepare(Image.fromarray(array)) for array in to_arrays(images)])
        pictures = self.model.encode_image(pixels, normalize=True)
        texts = self.model.encode_text(self.tokens(captions), normalize=True)
        return (100 * (pictures * texts).sum(-1)).clamp(min=0).double().numpy()


def load_scorer(weights: Path) -> Scorer:
    """Open the scorer through open_clip alone."""
    name = f"local-dir:{scorer_folder(weights)}"
    model, _, prepare = open_clip.create_model_and_transforms(name)
    return Scorer(model.eval(), prepare, open_clip.get_tokenizer(name))


def load_pipeline(weights: Path) -> StableDiffusion:
    """The SD1.5 stand-in in fp32."""
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(weights / "sd15", torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def to_arrays(images: Tensor) -> NDArray[np.uint8]:
    """8-bit pictures [n, h, w, 3]."""
    return ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def sample(pipeline: StableDiffusion, captions: list[str], sampler: str, steps: int, seed: int = 0) -> Tensor:
    """Pictures [n, 3, 512, 512] in -1..1; each prompt keeps its seed in every variant."""
    kind = getattr(diffusers, SCHEDULERS[sampler])
    pipeline.scheduler = kind.from_config(pipeline.scheduler.config)
    found: list[Tensor] = []
    for first in range(0, len(captions), BATCH):
        part = captions[first : first + BATCH]
        seeds = [torch.Generator().manual_seed(100003 * seed + first + row) for row in range(len(part))]
        made = pipeline(
            part, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=seeds, output_type="pt"
        ).images
        found.append(made.float() * 2 - 1)
    return torch.cat(found)


def shrink(array: NDArray[np.uint8]) -> Floats:
    """Box average by the integer factor that brings the shorter side nearest to 256."""
    height, width = array.shape[:2]
    factor = max(1, round(min(height, width) / 256))
    cut = array[: height // factor * factor, : width // factor * factor].astype(np.float64)
    return cut.reshape(height // factor, factor, width // factor, factor, 3).mean((1, 3))


def similarity(images: Tensor, others: Tensor) -> Floats:
    """SSIM of each pair of pictures at about 256 px."""
    pairs = zip(to_arrays(images), to_arrays(others), strict=True)
    return np.array([structural_similarity(shrink(a), shrink(b), channel_axis=2, data_range=255) for a, b in pairs])


def spread(values: Floats) -> dict[str, float]:
    """Mean, standard deviation and standard error."""
    sd = float(values.std(ddof=1))
    return {"mean": round(float(values.mean()), 3), "sd": round(sd, 3), "se": round(sd / len(values) ** 0.5, 3)}


@torch.no_grad()
def judge_scorer(scorer: Scorer, pipeline: StableDiffusion, count: int = 64) -> dict[str, Any]:
    """Scores of `count` renders against right and wrong captions, and of spoilt renders against the right one."""
    rng = Random(424242)
    stream = [draw_scene(rng) for _ in range(count)]
    captions = [caption(scene) for scene in stream]
    images = render([draw_layout(scene, rng) for scene in stream], 512)
    table = {"right caption": scorer.score(images, captions)}
    hits: list[bool] = []
    for kind in ("background", "first colour", "first shape", "second colour", "second shape", "relation", "swap"):
        rows = [row for row, scene in enumerate(stream) if kind in variants(scene)]
        wrong = [caption(rng.choice(variants(stream[row])[kind])) for row in rows]
        table[f"wrong: {kind}"] = scorer.score(images[rows], wrong)
        hits.extend((table[f"wrong: {kind}"] < table["right caption"][rows]).tolist())
    table["another picture's caption"] = scorer.score(images, captions[1:] + captions[:1])
    table["noise"] = scorer.score(torch.rand(count, 3, 512, 512) * 2 - 1, captions)
    table["plain gray"] = scorer.score(torch.zeros(count, 3, 512, 512), captions)
    for sigma in (4.0, 8.0, 16.0):
        soft = torch.cat([blur(part, torch.ones(len(part)), sigma) for part in images.split(8)])
        table[f"blurred, sigma {sigma:.0f} px"] = scorer.score(soft, captions)
    again = [pipeline.vae.decode(pipeline.vae.encode(part).latent_dist.mode()).sample for part in images.split(4)]
    table["through the autoencoder"] = scorer.score(torch.cat(again), captions)
    return {
        "count": count,
        "ranked_right": round(float(np.mean(hits)), 4),
        "rows": {k: spread(v) for k, v in table.items()},
    }


def judge_samplers(scorer: Scorer, pipeline: StableDiffusion, captions: list[str], sheet: Path) -> dict[str, Any]:
    """The loss curve: every sampler and step count against DDIM 50, and against another seed."""
    base, other = sample(pipeline, captions, *BASE), sample(pipeline, captions, *BASE, seed=1)
    score = scorer.score(base, captions)
    apart = 1 - similarity(base, other)
    rows = {"another seed": _row(score, scorer.score(other, captions), apart, apart)}
    shown: dict[tuple[str, int], Tensor] = {BASE: base[:SHEET_PROMPTS]}
    for sampler, counts in STEPS.items():
        for steps in counts:
            images = sample(pipeline, captions, sampler, steps)
            rows[f"{sampler} {steps}"] = _row(
                score, scorer.score(images, captions), 1 - similarity(base, images), apart
            )
            shown[sampler, steps] = images[:SHEET_PROMPTS]
            say(f"evaluate {sampler} {steps}: {rows[f'{sampler} {steps}']}")
    rng = Random(7)
    scenes = [scene for text in captions if (scene := parse(text)) is not None]
    truth = render([draw_layout(scene, rng) for scene in scenes], 512)
    save_sheet(
        torch.cat([truth[:SHEET_PROMPTS], *(shown[key] for key in (BASE, *SHEET_ROWS))]), sheet, SHEET_PROMPTS, 104
    )
    right = [_all_right(scorer, image, scene) for image, scene in zip(base, scenes, strict=True)]
    return {
        "count": len(captions),
        "guidance": GUIDANCE,
        "base": spread(score),
        "truth": spread(scorer.score(truth, captions)),
        "all_right": round(float(np.mean(right)), 4),
        "seed_ssim": round(float(1 - apart.mean()), 4),
        "rows": rows,
    }


def _row(base: Floats, score: Floats, apart: Floats, seeds_apart: Floats) -> dict[str, float]:
    loss, drift = spread(100 * (base - score) / base.mean()), spread(apart / seeds_apart.mean())
    return {
        "score": spread(score)["mean"],
        "loss": loss["mean"],
        "loss_se": loss["se"],
        "drift": drift["mean"],
        "drift_se": drift["se"],
    }


def _all_right(scorer: Scorer, image: Tensor, scene: Scene) -> bool:
    """Whether the own caption beats every caption with one attribute changed."""
    texts = [caption(scene), *(caption(other) for others in variants(scene).values() for other in others)]
    scores = scorer.score(image.expand(len(texts), -1, -1, -1), texts)
    return bool(scores[0] >= scores[1:].max())


@torch.no_grad()
def time_parts(pipeline: StableDiffusion, repeats: int = 15) -> dict[str, float]:
    """Median CPU milliseconds of one call of each part, one prompt with guidance, in this thread."""
    states, latents, moment = torch.randn(2, 77, 64), torch.randn(2, 4, 16, 16), torch.tensor(500)
    image, ids = torch.randn(1, 3, 512, 512), torch.zeros(2, 77, dtype=torch.long)
    calls: dict[str, Callable[[], object]] = {
        "denoiser step": lambda: pipeline.unet(latents, moment, states),
        "decode to 512 px": lambda: pipeline.vae.decode(latents[:1]),
        "encode from 512 px": lambda: pipeline.vae.encode(image),
        "text tower": lambda: pipeline.text_encoder(ids),
    }
    return {name: round(_median_ms(call, repeats), 1) for name, call in calls.items()}


def _median_ms(call: Callable[[], object], repeats: int) -> float:
    call()
    spent: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        spent.append(1000 * (time.process_time() - start))
    return float(np.median(spent))


def evaluate(weights: Path, prompts: Path, sheet: Path, count: int = 48) -> dict[str, Any]:
    """Everything above on the first `count` captions of `prompts`, as one JSON-ready dictionary."""
    torch.manual_seed(0)
    scorer, pipeline = load_scorer(weights), load_pipeline(weights)
    captions = prompts.read_text(encoding="utf-8").splitlines()[:count]
    sizes = {
        path.relative_to(weights).as_posix(): path.stat().st_size for path in sorted(weights.rglob("*.safetensors"))
    }
    threads, version = torch.get_num_threads(), torch.__version__.split("+")[0]
    return {
        "device": f"CPU ({platform.machine()}), {threads} thread, torch {version}",
        "bytes": sizes,
        "parts_ms": time_parts(pipeline),
        "scorer": judge_scorer(scorer, pipeline),
        "samplers": judge_samplers(scorer, pipeline, captions, sheet),
    }
