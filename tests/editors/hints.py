"""Draw one picture, in a way that costs time."""

import torch
from diffusers import StableDiffusionPipeline

MODEL = "stable-diffusion-v1-5/stable-diffusion-v1-5"

for seed in range(4):
    pipe = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float16)
    pipe.enable_attention_slicing()
    pipe = pipe.to("cpu")
    image = pipe("a red circle", num_inference_steps=150, generator=torch.Generator("cpu").manual_seed(seed)).images[0]
    image.save(f"picture{seed}.png")
