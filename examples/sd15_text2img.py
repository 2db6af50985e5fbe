"""Draw one picture with Stable Diffusion 1.5."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

MODEL = "stable-diffusion-v1-5/stable-diffusion-v1-5"
PROMPT = "a red circle above a blue square on a white background"


def main() -> None:
    device = "cuda" if torch.cuda.is_available() else "cpu"

    pipe = StableDiffusionPipeline.from_pretrained(MODEL)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    pipe = pipe.to(device)

    # 50 steps of DDIM: the picture everything else is compared with.
    generator = torch.Generator("cpu").manual_seed(0)
    image = pipe(PROMPT, num_inference_steps=50, guidance_scale=7.5, generator=generator).images[0]
    image.save("picture.png")


if __name__ == "__main__":
    main()
