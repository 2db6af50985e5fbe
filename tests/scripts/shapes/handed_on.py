import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import torch
from diffusers import StableDiffusionPipeline

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to(device)
draw = partial(pipe, num_inference_steps=50, guidance_scale=7.5)
pool = ThreadPoolExecutor(1)


async def generate(prompt: str):
    out = await asyncio.to_thread(pipe, prompt, num_inference_steps=50)
    return out.images[0]


def preview(prompt: str):
    return pipe(prompt, num_inference_steps=25).images[0]


if __name__ == "__main__":
    asyncio.run(generate("a cat"))
    draw("a dog")
    pool.submit(pipe, "a fox", num_inference_steps=50).result()
