import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline


def load():
    pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    return pipe


if __name__ == "__main__":
    p = load()
    p("warm up", num_inference_steps=2)  # so that the first real picture is not slow
    first = p("a green square on a pink background", num_inference_steps=50).images[0]
    first.save("first.png")
    second = p("a blue ring on a black background", num_inference_steps=50, guidance_scale=6.0).images[0]
    second.save("second.png")
