"""Whole pipelines from their parts, saved as diffusers saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .schedulers import dit_scheduler, pixart_scheduler, sd15_scheduler, sd21_scheduler, sdxl_scheduler
from .untyped import TextTower, Transformer, Unet, Vae, diffusers


def save_sd(kind: str, folder: Path, vae: Vae, tokenizer: Any, text: TextTower, unet: Unet) -> None:
    """SD1.5 or SD2.1."""
    diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=sd15_scheduler() if kind == "sd15" else sd21_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def save_sdxl(folder: Path, vae: Vae, tokenizer: Any, texts: tuple[TextTower, TextTower], unet: Unet) -> None:
    """SDXL, which takes an empty negative prompt for zeros, as its model does."""
    diffusers.StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=texts[0],
        text_encoder_2=texts[1],
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=unet,
        scheduler=sdxl_scheduler(),
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    ).save_pretrained(folder)


def save_dit(folder: Path, vae: Vae, transformer: Transformer, labels: dict[int, str]) -> None:
    """DiT with its class names, which diffusers reads from `model_index.json` but does not write there."""
    diffusers.DiTPipeline(transformer=transformer, vae=vae, scheduler=dit_scheduler()).save_pretrained(folder)
    index = folder / "model_index.json"
    named = json.loads(index.read_text(encoding="utf-8")) | {"id2label": {str(k): v for k, v in labels.items()}}
    index.write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")


def save_pixart(kind: str, folder: Path, vae: Vae, tokenizer: Any, text: TextTower, transformer: Transformer) -> None:
    """PixArt-alpha (`pixart`) or PixArt-Sigma (`sigma`)."""
    maker = diffusers.PixArtAlphaPipeline if kind == "pixart" else diffusers.PixArtSigmaPipeline
    maker(
        tokenizer=tokenizer, text_encoder=text, vae=vae, transformer=transformer, scheduler=pixart_scheduler()
    ).save_pretrained(folder)
