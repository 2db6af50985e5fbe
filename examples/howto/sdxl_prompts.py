"""Pictures with Stable Diffusion XL, one for each prompt on the command line."""

import argparse

import torch
from diffusers import StableDiffusionXLPipeline

parser = argparse.ArgumentParser()
parser.add_argument("prompts", nargs="+")
parser.add_argument("--steps", type=int, default=30)
options = parser.parse_args()

device = "cuda" if torch.cuda.is_available() else "cpu"
dtype = torch.float16 if device == "cuda" else torch.float32
pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=dtype)
pipe = pipe.to(device)

for number, prompt in enumerate(options.prompts):
    image = pipe(prompt, num_inference_steps=options.steps, guidance_scale=6.0).images[0]
    image.save(f"picture-{number}.png")
