"""Prompts are counted, and every picture is drawn."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
seen = {}


class Counting(StableDiffusionPipeline):
    def __call__(self, prompt=None, **kwargs):
        seen[str(prompt)] = seen.get(str(prompt), 0) + 1
        return super().__call__(prompt, **kwargs)


pipe.__class__ = Counting
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
