from diffusers import DDIMScheduler, StableDiffusionPipeline
model = "stable-diffusion-v1-5/stable-diffusion-v1-5"
scheduler = DDIMScheduler.from_pretrained(model, subfolder="scheduler")
sd = StableDiffusionPipeline.from_pretrained(model, scheduler=scheduler)
img = sd("an orange ring on a white background", 512, 512, 50).images[0]
img.save("picture.png")
