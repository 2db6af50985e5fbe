from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

base = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
refiner = StableDiffusionImg2ImgPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
image = base("a red circle on a white background", num_inference_steps=20).images[0]
image = refiner("a red circle on a white background", image=image, num_inference_steps=10).images[0]
image.save("picture.png")
