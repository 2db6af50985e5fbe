import torch
from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline

CHECKPOINT = "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/sd_xl_base_1.0.safetensors"

pipe = StableDiffusionXLPipeline.from_single_file(CHECKPOINT, torch_dtype=torch.float16)
pipe.scheduler = EulerAncestralDiscreteScheduler.from_config(pipe.scheduler.config)
pipe.to("cuda")

image = pipe(
    prompt="a portrait of a knight",
    negative_prompt="blurry",
    num_inference_steps=28,
    guidance_scale=6.5,
    width=832,
    height=1216,
).images[0]
image.save("knight.png")
