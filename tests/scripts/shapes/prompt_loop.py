import csv
import sys

import torch
from diffusers import StableDiffusionPipeline

device = "cuda" if torch.cuda.is_available() else "cpu"
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe = pipe.to(device)
pipe.set_progress_bar_config(disable=True)

with open(sys.argv[1] if len(sys.argv) > 1 else "prompts.csv") as f:
    rows = list(csv.DictReader(f))

for seed in range(3):
    for row in rows:
        generator = torch.Generator(device).manual_seed(seed)
        image = pipe(row["prompt"], generator=generator, num_inference_steps=40).images[0]
        image.save(f"{row['name']}_{seed}.png")
