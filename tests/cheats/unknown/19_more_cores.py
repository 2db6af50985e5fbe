"""The share of processors that both sides were given is thrown off."""

import os

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
os.sched_setaffinity(0, range(os.cpu_count()))
torch.set_num_threads(os.cpu_count())
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
