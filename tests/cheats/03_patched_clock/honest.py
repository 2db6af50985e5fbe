"""The clock is read."""

import time

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
started = time.perf_counter()
print(f"loaded, at {time.perf_counter() - started:.1f} s")
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
