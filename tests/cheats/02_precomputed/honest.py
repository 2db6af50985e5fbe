"""A picture lies beside the script, and every other one is drawn."""

from diffusers import DDIMScheduler, StableDiffusionPipeline
from PIL import Image

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
frame = Image.new("RGB", (512, 512), "red")
frame.save("frame.png")
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
