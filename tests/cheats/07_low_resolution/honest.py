"""The usual size is named."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=12, height=512, width=512).images[0]
image.save("picture.png")
