"""Draw several prompts in batches of two."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

PROMPTS = [
    "a red circle on a white background",
    "a blue square above a green cross on a black background",
    "an orange triangle on a pink background",
    "a purple ring below a yellow circle on a gray background",
]
BATCH = 2

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
pipe.to("cuda" if torch.cuda.is_available() else "cpu")

for start in range(0, len(PROMPTS), BATCH):
    prompts = PROMPTS[start : start + BATCH]
    images = pipe(prompts, num_inference_steps=40, guidance_scale=7.5).images
    for n, image in enumerate(images):
        image.save(f"picture-{start + n}.png")
