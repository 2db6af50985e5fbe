import torch
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image

text2img = AutoPipelineForText2Image.from_pretrained(
    "stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16
).to("cuda")
img2img = AutoPipelineForImage2Image.from_pipe(text2img).to("cuda")

prompt = "cat wizard, gandalf, lord of the rings"
first = text2img(prompt, num_inference_steps=25).images[0]
second = img2img(prompt, image=first, strength=0.6, guidance_scale=10.5).images[0]
second.save("wizard.png")
