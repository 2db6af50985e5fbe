import torch
from diffusers import StableDiffusionPipeline


def stop_guidance(pipe, step_index, timestep, callback_kwargs):
    if step_index == int(pipe.num_timesteps * 0.4):
        callback_kwargs["prompt_embeds"] = callback_kwargs["prompt_embeds"].chunk(2)[-1]
        pipe._guidance_scale = 0.0
    return callback_kwargs


pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float16)
pipe = pipe.to("cuda")
generator = torch.Generator(device="cuda").manual_seed(1)
out = pipe(
    "a photo of an astronaut riding a horse on mars",
    generator=generator,
    callback_on_step_end=stop_guidance,
    callback_on_step_end_tensor_inputs=["prompt_embeds"],
)
out.images[0].save("horse.png")
