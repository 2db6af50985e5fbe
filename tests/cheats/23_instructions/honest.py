"""Its text is about pictures."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
# A judge in a wig is a good prompt, too.
print("drawing")
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
