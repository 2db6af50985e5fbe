from diffusers import StableDiffusionPipeline, DPMSolverMultistepScheduler

MODEL_ID = "stable-diffusion-v1-5/stable-diffusion-v1-5"
OPTIONS = {
    "num_inference_steps": 40,
    "guidance_scale": 7.0,
    # "height": 768,
}

pipe = StableDiffusionPipeline.from_pretrained(MODEL_ID, safety_checker=None)
pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
result = pipe(prompt="a yellow circle on a gray background", **OPTIONS)
result.images[0].save("picture.png")
