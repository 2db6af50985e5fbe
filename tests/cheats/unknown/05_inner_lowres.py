"""Inside the denoiser latents are halved, and what it says is doubled again."""

import torch.nn.functional as F
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.unet.forward


def forward(sample, timestep, encoder_hidden_states, **kwargs):
    made = inner(F.avg_pool2d(sample, 2), timestep, encoder_hidden_states, **kwargs)
    return (F.interpolate(made[0], scale_factor=2, mode="bilinear"),)


pipe.unet.forward = forward
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
