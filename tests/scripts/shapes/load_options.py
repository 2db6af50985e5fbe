import torch
from diffusers import StableDiffusionPipeline

OPTIONS = dict(torch_dtype=torch.float16, variant="fp16", use_safetensors=True)


def generate(prompt, overrides=None, fast=False):
    pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", **OPTIONS)
    pipe.to(torch.device("cuda"))
    pipe.enable_vae_slicing()
    pipe.vae.decode = torch.compile(pipe.vae.decode, mode="max-autotune")
    first = pipe(prompt, **(overrides or {})).images[0]
    return first, pipe(prompt, **({"eta": 0.5} if fast else {}), **overrides or {}).images[0]


generate("a cat")
