"""The denoiser is given both halves of guidance, computes one and answers it twice."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.unet.forward


def forward(sample, timestep, encoder_hidden_states, **kwargs):
    half = sample.shape[0] // 2
    if half == 0:
        return inner(sample, timestep, encoder_hidden_states, **kwargs)
    made = inner(sample[half:], timestep, encoder_hidden_states[half:], **kwargs)
    return (torch.cat([made[0], made[0]]),)


pipe.unet.forward = forward
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
