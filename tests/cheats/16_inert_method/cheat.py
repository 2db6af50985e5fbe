"""Tokens are merged, and the patch is taken away again."""

import tomesd
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
tomesd.apply_patch(pipe, ratio=0.5)
tomesd.remove_patch(pipe)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
