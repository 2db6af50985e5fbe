import torch
from accelerate import PartialState
from diffusers import DiffusionPipeline

state = PartialState()
pipeline = DiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float16)
pipeline.to(state.device)

with state.split_between_processes(["a dog", "a cat"]) as prompts:
    result = pipeline(prompts, num_inference_steps=40).images[0]
    result.save(f"{state.process_index}.png")
