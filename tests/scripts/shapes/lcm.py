import torch
from diffusers import LCMScheduler, StableDiffusionXLPipeline, UNet2DConditionModel

unet = UNet2DConditionModel.from_pretrained("latent-consistency/lcm-sdxl", torch_dtype=torch.float16, variant="fp16")
pipe = StableDiffusionXLPipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0", unet=unet, torch_dtype=torch.float16, variant="fp16"
).to("cuda")
pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)

image = pipe(prompt="a self-portrait", num_inference_steps=4, guidance_scale=8.0).images[0]
image.save("portrait.png")
