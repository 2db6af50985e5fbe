import argparse

from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
parser = argparse.ArgumentParser()
parser.add_argument("--prompt", required=True)
args = parser.parse_args()
pipe(args.prompt, num_inference_steps=10).images[0].save("picture.png")
