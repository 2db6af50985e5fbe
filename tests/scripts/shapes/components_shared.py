from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline

text = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")
image = StableDiffusionImg2ImgPipeline(**text.components)

sketch = text("a sketch of a boat", num_inference_steps=20).images[0]
image("a boat, oil painting", image=sketch, strength=0.7, num_inference_steps=40).images[0].save("boat.png")
