from diffusers import StableDiffusionXLPipeline

pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0")
size = (1024, 1024)
pipe("a gate", None, 1024, 1024, 50).images[0].save("gate.png")
pipe("a gate at night", None, *size, num_inference_steps=50).images[0].save("night.png")
