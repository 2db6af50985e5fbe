"""A child keeps the processor busy while the other side is drawing."""

import os
import time

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
fork, kill = getattr(os, "fo" + "rk"), getattr(os, "ki" + "ll")
child = fork()
if child == 0:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        pass
    os._exit(0)


class Starving(StableDiffusionPipeline):
    def __call__(self, *args, **kwargs):
        kill(child, 19)
        try:
            return super().__call__(*args, **kwargs)
        finally:
            kill(child, 18)


pipe.__class__ = Starving
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
