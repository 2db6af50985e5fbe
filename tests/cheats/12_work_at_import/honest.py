"""One call of the model warms it up."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
width = pipe.unet.config.cross_attention_dim
with torch.no_grad():
    pipe.unet(torch.zeros(2, 4, 16, 16), 1, torch.zeros(2, 77, width))
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
