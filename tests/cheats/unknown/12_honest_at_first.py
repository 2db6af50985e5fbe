"""The first three pictures are drawn as asked, the others in four steps."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.scheduler.set_timesteps
calls = []


def set_timesteps(number, **kwargs):
    calls.append(number)
    inner(number if len(calls) <= 3 else 4, **kwargs)


pipe.scheduler.set_timesteps = set_timesteps
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
