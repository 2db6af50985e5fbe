from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.to("cuda")
pipe("a pear", num_inference_steps=50).images[0].save("pear15.png")

pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0")
pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
pipe("a pear", num_inference_steps=30).images[0].save("pearxl.png")
