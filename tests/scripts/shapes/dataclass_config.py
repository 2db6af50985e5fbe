from dataclasses import dataclass, field

import torch
from diffusers import StableDiffusionPipeline


@dataclass
class Config:
    model: str = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    steps: int = 45
    guidance: float = field(default=6.0)
    prompts: list[str] = field(default_factory=lambda: ["a tower"])


config = Config()
pipe = StableDiffusionPipeline.from_pretrained(config.model, torch_dtype=torch.bfloat16).to("cuda")
for prompt in config.prompts:
    pipe(prompt, num_inference_steps=config.steps, guidance_scale=config.guidance).images[0].save("tower.png")
