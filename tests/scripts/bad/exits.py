import sys

from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
if len(sys.argv) < 2:
    sys.exit(0)
pipe("a red circle", num_inference_steps=10).images[0].save("picture.png")
