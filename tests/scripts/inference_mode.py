import torch
from diffusers import PNDMScheduler, StableDiffusionPipeline

device = "cuda" if torch.cuda.is_available() else "cpu"
pipe = StableDiffusionPipeline.from_pretrained(
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    torch_dtype=torch.float32,
    use_safetensors=True,
).to(device)

with torch.inference_mode():
    for seed in range(2):
        image = pipe(
            "a red square to the right of a yellow ring on a black background",
            num_inference_steps=50,
            generator=torch.Generator("cpu").manual_seed(seed),
        ).images[0]
        image.save(f"picture-{seed}.png")
