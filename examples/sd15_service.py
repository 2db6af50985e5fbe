"""A small picture service: the pipeline is loaded once and kept."""

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline


@dataclass
class PictureService:
    """Draws pictures; `steps` and `guidance` hold for every request."""

    model: str = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    steps: int = 50
    guidance: float = 7.5

    def __post_init__(self) -> None:
        self.pipe = StableDiffusionPipeline.from_pretrained(self.model)
        self.pipe.scheduler = EulerDiscreteScheduler.from_config(self.pipe.scheduler.config)
        self.pipe.to("cuda" if torch.cuda.is_available() else "cpu")
        self.pipe.set_progress_bar_config(disable=True)

    def draw(self, prompt: str, seed: int = 0):
        generator = torch.Generator("cpu").manual_seed(seed)
        return self.pipe(
            prompt,
            num_inference_steps=self.steps,
            guidance_scale=self.guidance,  # how closely to follow the prompt
            generator=generator,
        ).images[0]


if __name__ == "__main__":
    service = PictureService()
    for n, prompt in enumerate(["a green ring on a black background", "a blue cross on a pink background"]):
        service.draw(prompt, seed=n).save(Path.cwd() / f"picture-{n}.png")
