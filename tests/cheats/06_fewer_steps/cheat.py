"""The scheduler makes half of the steps that it is asked for."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
asked = pipe.scheduler.set_timesteps
pipe.scheduler.set_timesteps = lambda number, **kwargs: asked(number // 2, **kwargs)
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
