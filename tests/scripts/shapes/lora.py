import torch
from diffusers import StableDiffusionXLPipeline

pipe = StableDiffusionXLPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0", torch_dtype=torch.float16)
pipe.load_lora_weights("nerijs/pixel-art-xl", weight_name="pixel-art-xl.safetensors", adapter_name="pixel")
pipe.set_adapters(["pixel"], adapter_weights=[0.9])
pipe.fuse_lora()
pipe.to("cuda")

image = pipe("pixel, a cute corgi", num_inference_steps=30, cross_attention_kwargs={"scale": 0.9}).images[0]
image.save("corgi.png")
