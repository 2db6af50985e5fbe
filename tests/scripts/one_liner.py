from diffusers import StableDiffusionPipeline

image = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")("a purple circle on a white background", num_inference_steps=50).images[0]
image.save("picture.png")
