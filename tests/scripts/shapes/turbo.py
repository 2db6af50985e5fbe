import torch
from diffusers import AutoPipelineForText2Image

pipe = AutoPipelineForText2Image.from_pretrained("stabilityai/sdxl-turbo", torch_dtype=torch.float16, variant="fp16")
pipe.to("cuda")
image = pipe(prompt="a raccoon in a robe", num_inference_steps=1, guidance_scale=0.0).images[0]
image.save("raccoon.png")
