from diffusers import StableDiffusionPipeline, UniPCMultistepScheduler

if __name__ == "__main__":
    pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    pipe.scheduler = UniPCMultistepScheduler.from_config(pipe.scheduler.config)
    image = pipe("a red triangle on a black background", num_inference_steps=30).images[0]
    image.save("picture.png")