import torch
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")
pipe.enable_vae_slicing()
prompts = ["a cat", "a dog", "a bird"]
generators = [torch.Generator("cuda").manual_seed(n) for n in range(len(prompts) * 2)]
images = pipe(prompts, num_images_per_prompt=2, generator=generators, num_inference_steps=30).images
for n, image in enumerate(images):
    image.save(f"{n}.png")
