from diffusers import *
import torch

pipe = StableDiffusionPipeline.from_pretrained('stable-diffusion-v1-5/stable-diffusion-v1-5')
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
img = pipe('a horse', num_inference_steps=50).images[0]
img.save('horse.png')
