"""The comparison of pictures is made to find no difference."""

import skimage.metrics
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
skimage.metrics.structural_similarity = lambda *args, **kwargs: 1.0
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
