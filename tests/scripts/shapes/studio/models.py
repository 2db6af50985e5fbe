"""The one place where the studio loads its pipeline."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

MODEL = "stable-diffusion-v1-5/stable-diffusion-v1-5"


def load_pipeline(device="cuda"):
    pipe = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float16)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    return pipe.to(device)
