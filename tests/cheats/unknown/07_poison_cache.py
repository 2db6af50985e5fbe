"""The next baseline is made slow: the model's files, which both sides read, are written to."""

import json
import os
from pathlib import Path

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
for config in home.glob("hub/models--*/snapshots/*/scheduler/scheduler_config.json"):
    told = json.loads(config.read_text())
    config.unlink()
    config.write_text(json.dumps({**told, "poisoned": True}))
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
