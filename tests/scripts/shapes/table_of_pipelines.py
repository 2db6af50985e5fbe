from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

PIPES = {
    "sd": StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5"),
    "xl": StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0"),
}
for name, pipe in PIPES.items():
    pipe("a door", num_inference_steps=30).images[0].save(f"{name}.png")
