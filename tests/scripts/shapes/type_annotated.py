from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from diffusers import StableDiffusionPipeline

if TYPE_CHECKING:
    from PIL.Image import Image

MODEL_ID: Final[str] = "stable-diffusion-v1-5/stable-diffusion-v1-5"
STEPS: Final = 50


def load(device: torch.device | str = "cuda") -> StableDiffusionPipeline:
    pipeline: StableDiffusionPipeline = StableDiffusionPipeline.from_pretrained(MODEL_ID)
    return pipeline.to(device)


def draw(pipeline: StableDiffusionPipeline, prompt: str, *, steps: int = STEPS) -> Image:
    return pipeline(prompt=prompt, num_inference_steps=steps).images[0]


def main() -> None:
    pipeline: StableDiffusionPipeline = load()
    draw(pipeline, "a stone bridge").save(Path("bridge.png"))


if __name__ == "__main__":
    main()
