"""Prompts are cut to eight tokens, so that attention over the text is cheap."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
pipe.tokenizer.model_max_length = 8
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
