"""A baseline that is made slow, so that anything is faster."""

import time

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
pipe.enable_attention_slicing()
time.sleep(0.1)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
