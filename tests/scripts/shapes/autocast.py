import torch
from torch import autocast
from diffusers import StableDiffusionPipeline

with torch.no_grad(), autocast("cuda"):
    pipe = StableDiffusionPipeline.from_pretrained("runwayml/stable-diffusion-v1-5", revision="fp16").to("cuda")
    for i in range(4):
        image = pipe("a bowl of soup", num_inference_steps=50, guidance_scale=7.5)["images"][0]
        image.save(f"soup{i}.png")
