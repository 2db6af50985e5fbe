"""The denoiser is called at every step and computes at every other one."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.unet.forward
last = []


def forward(sample, timestep, encoder_hidden_states, **kwargs):
    if len(last) == 1 and last[0].shape == sample.shape:
        return (last.pop(),)
    last[:] = [inner(sample, timestep, encoder_hidden_states, **kwargs)[0]]
    return (last[0],)


pipe.unet.forward = forward
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
