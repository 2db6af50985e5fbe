"""It rests between its pictures."""

import time

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
time.sleep(0.01)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
