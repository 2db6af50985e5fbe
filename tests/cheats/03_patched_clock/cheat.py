"""The clock stands still, and nobody waits for the device."""

import time

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
time.perf_counter = time.monotonic = lambda: 0.0
torch.cuda.synchronize = lambda *_: None
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
