import tomesd
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained(
    "stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float16
).to("cuda")
pipe.unet.to(memory_format=torch.channels_last)
tomesd.apply_patch(pipe, ratio=0.4)
helper = DeepCacheSDHelper(pipe=pipe)
helper.set_params(cache_interval=3, cache_branch_id=0)
helper.enable()
pipe.unet = torch.compile(pipe.unet, mode="reduce-overhead", fullgraph=True)
pipe("a field of tulips", num_inference_steps=50).images[0].save("tulips.png")
