from pathlib import Path

from diffusers import StableDiffusionPipeline

import settings_beside as settings

OUT = settings.out_dir(Path(__file__).parent)


class Painter:
    pipeline: StableDiffusionPipeline | None = None

    def __init__(self, name="stable-diffusion-v1-5/stable-diffusion-v1-5"):
        self.pipeline = StableDiffusionPipeline.from_pretrained(name)

    def paint(self, prompt):
        return self.pipeline(prompt, num_inference_steps=settings.STEPS).images[0]


Painter().paint(settings.PROMPT).save(OUT / "picture.png")
