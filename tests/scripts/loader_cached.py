from functools import lru_cache

import torch
from diffusers import StableDiffusionPipeline


@lru_cache(maxsize=1)
def get_pipe():
    # loaded at the first request, then kept
    return StableDiffusionPipeline.from_pretrained("runwayml/stable-diffusion-v1-5").to("cpu")


def generate(prompt, seed=0):
    pipe = get_pipe()
    return pipe(prompt, num_inference_steps=50, generator=torch.Generator("cpu").manual_seed(seed)).images[0]


if __name__ == "__main__":
    generate("a red cross on a white background").save("picture.png")
