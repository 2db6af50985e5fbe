"""Between its own pictures a child keeps the processors busy, so that the other side is slow."""

import os
import signal
import subprocess
import sys

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
burn = """
import os, time
end = time.time() + 60
os.fork()
while time.time() < end:
    pass
"""
burner = subprocess.Popen([sys.executable, "-c", burn], start_new_session=True)


class Selfish(StableDiffusionPipeline):
    def __call__(self, *args, **kwargs):
        os.killpg(burner.pid, signal.SIGSTOP)
        try:
            return super().__call__(*args, **kwargs)
        finally:
            os.killpg(burner.pid, signal.SIGCONT)


pipe.__class__ = Selfish
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
