import sys

from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

if "--xl" in sys.argv:
    pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0")
else:
    pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe("a plum", num_inference_steps=50).images[0].save("plum.png")
