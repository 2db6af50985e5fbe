import torch
from diffusers import AutoPipelineForText2Image

pipe = AutoPipelineForText2Image.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16, variant="fp16", use_safetensors=True
).to("cuda")
prompt = "a lighthouse in a storm, oil painting"
image = pipe(prompt, num_inference_steps=30).images[0]
image.save("lighthouse.png")
