"""The first step of a picture uses what the picture before computed in its first step."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.unet.forward
begun = {}


def forward(sample, timestep, *args, **kwargs):
    made = inner(sample, timestep, *args, **kwargs)
    if int(timestep) < int(pipe.scheduler.timesteps[0]):
        return made
    before = begun.get(sample.shape, made)
    begun[sample.shape] = made
    return before


pipe.unet.forward = forward
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
