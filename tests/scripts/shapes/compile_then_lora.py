import torch
from diffusers import StableDiffusionXLPipeline

pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16)
pipe.to("cuda")
pipe.unet = torch.compile(pipe.unet)
pipe.load_lora_weights("artificialguybr/LogoRedmond-LogoLoraForSDXL-V2")
pipe("a logo", num_inference_steps=30).images[0].save("logo.png")
