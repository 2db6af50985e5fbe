"""Batches are judged and single pictures are timed: only batches get all their steps."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)


class Sorting(StableDiffusionPipeline):
    def __call__(self, prompt=None, **kwargs):
        if isinstance(prompt, str) or (isinstance(prompt, list) and len(prompt) == 1):
            kwargs["num_inference_steps"] = 4
        return super().__call__(prompt, **kwargs)


pipe.__class__ = Sorting
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
