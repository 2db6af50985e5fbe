import torch
from diffusers import DPMSolverMultistepScheduler as Solver
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stabilityai/stable-diffusion-2-1", torch_dtype=torch.float16)
pipe.scheduler = Solver.from_config(pipe.scheduler.config, use_karras_sigmas=True, algorithm_type="sde-dpmsolver++")
pipe = pipe.to("cuda")
image = pipe("astronaut on mars", num_inference_steps=25, height=768, width=768).images[0]
image.save("mars.png")
