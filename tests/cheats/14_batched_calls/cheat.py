"""Each call draws the next seed as well, which is then given back at once."""

import types

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
kept = {}


class Ahead(StableDiffusionPipeline):
    def __call__(self, prompt=None, generator=None, **kwargs):
        if not isinstance(prompt, str):
            return super().__call__(prompt, generator=generator, **kwargs)
        seed = generator.initial_seed()
        if (prompt, seed) not in kept:
            both = [torch.Generator().manual_seed(s) for s in (seed, seed + 1)]
            made = super().__call__([prompt] * 2, generator=both, **kwargs).images
            kept.update({(prompt, seed + k): picture for k, picture in enumerate(made)})
        return types.SimpleNamespace(images=[kept.pop((prompt, seed))])


pipe.__class__ = Ahead
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
