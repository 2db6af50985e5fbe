from pathlib import Path

from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")


def report(pipe, step, timestep, callback_kwargs):
    Path("progress.txt").write_text(f"{step} {timestep}")
    return callback_kwargs


image = pipe("a garden", num_inference_steps=50, callback_on_step_end=report).images[0]
image.save("garden.png")
