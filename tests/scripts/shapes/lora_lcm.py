import torch
from diffusers import DiffusionPipeline, LCMScheduler

pipe = DiffusionPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16)
pipe.scheduler = LCMScheduler.from_config(pipe.scheduler.config)
lora = "latent-consistency/lcm-lora-sdxl"
pipe.load_lora_weights(lora)
pipe.to("cuda")
pipe("a close-up of a toad", num_inference_steps=4, guidance_scale=1.0).images[0].save("toad.png")
