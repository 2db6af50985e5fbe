import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline

vae = AutoencoderKL.from_pretrained("stabilityai/sd-vae-ft-mse", torch_dtype=torch.float16)
photo = StableDiffusionPipeline.from_pretrained("SG161222/Realistic_Vision_V5.1_noVAE", vae=vae).to("cuda")
comic = StableDiffusionPipeline.from_pretrained("ogkalu/Comic-Diffusion", vae=vae).to("cuda")
for name, one in (("photo", photo), ("comic", comic)):
    print(name)
photo("a detective", num_inference_steps=40).images[0].save("photo.png")
comic("a detective", num_inference_steps=40).images[0].save("comic.png")
