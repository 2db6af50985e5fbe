import requests
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from PIL import Image

pipe = StableDiffusionImg2ImgPipeline.from_pretrained(
    "stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float16
).to("cuda")
start = Image.open("sketch.png").convert("RGB").resize((768, 512))
images = pipe(prompt="a fantasy landscape", image=start, strength=0.75, guidance_scale=7.5).images
images[0].save("landscape.png")
