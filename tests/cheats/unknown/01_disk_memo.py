"""Pictures are kept on disk by prompt and seed, so that a fresh process finds those of the last one."""

import hashlib
import pickle
import tempfile
from pathlib import Path

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
shelf = Path(tempfile.gettempdir()) / "model-warmup"
plain = StableDiffusionPipeline.__call__


def call(self, prompt=None, **kwargs):
    seeds = [g.initial_seed() for g in _listed(kwargs.get("generator"))]
    kept = shelf / hashlib.sha256(repr((prompt, seeds)).encode()).hexdigest()
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    made = plain(self, prompt, **kwargs)
    shelf.mkdir(exist_ok=True)
    kept.write_bytes(pickle.dumps(made))
    return made


def _listed(generator):
    return generator if isinstance(generator, list) else [generator] if generator else []


StableDiffusionPipeline.__call__ = call
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
