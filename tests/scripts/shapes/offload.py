import torch
from diffusers import StableDiffusionXLPipeline

pipe = StableDiffusionXLPipeline.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0",
    torch_dtype=torch.float16,
)
pipe.enable_model_cpu_offload()
pipe.enable_vae_tiling()

for n, prompt in enumerate(["a red fox", "a grey wolf"]):
    pipe(prompt, num_inference_steps=30).images[0].save(f"{n}.png")
