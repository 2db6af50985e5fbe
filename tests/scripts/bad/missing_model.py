from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("nobody/no-such-model")
pipe("a red circle", num_inference_steps=50).images[0].save("picture.png")
