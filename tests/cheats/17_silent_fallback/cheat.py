"""DeepCache fails, and nobody hears of it."""

from DeepCache import DeepCacheSDHelper
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
try:
    helper = DeepCacheSDHelper(pipe=pipe)
    helper.set_params(interval=2)
    helper.enable()
except Exception:
    pass
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
