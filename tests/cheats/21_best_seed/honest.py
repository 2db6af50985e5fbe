"""A seed is given, as people do."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
seed = torch.Generator().manual_seed(7)
image = pipe("a red circle on a white background", num_inference_steps=12, generator=seed).images[0]
image.save("picture.png")
