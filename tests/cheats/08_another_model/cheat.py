"""An adapter is folded into the weights, as a distilled LoRA would be."""

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
with torch.no_grad():
    for name, weight in pipe.unet.named_parameters():
        if name.endswith(("to_q.weight", "to_v.weight")):
            weight += 1e-3
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
