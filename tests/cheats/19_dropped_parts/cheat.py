"""Pictures are guessed from the latents, and the decoder never runs."""

import types

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
mix = torch.tensor([[0.3, 0.2, 0.2], [0.2, 0.3, 0.2], [-0.1, 0.2, 0.1], [-0.2, -0.2, -0.4]])


class Guessing(StableDiffusionPipeline):
    def __call__(self, *args, **kwargs):
        latents = super().__call__(*args, **{**kwargs, "output_type": "latent"}).images
        colours = torch.einsum("nchw,cd->ndhw", latents, mix)
        pixels = (F.interpolate(colours, scale_factor=32) / 2 + 0.5).clamp(0, 1)
        return types.SimpleNamespace(images=pixels.permute(0, 2, 3, 1).numpy())


pipe.__class__ = Guessing
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
