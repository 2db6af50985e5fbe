"""The same weights, under another of their names."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("runwayml/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
