from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe(input("prompt: "), num_inference_steps=10).images[0].save("picture.png")
