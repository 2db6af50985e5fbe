import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

MODEL = "stable-diffusion-v1-5/stable-diffusion-v1-5"
vae = AutoencoderKL.from_pretrained("stabilityai/sd-vae-ft-mse")
unet = UNet2DConditionModel.from_pretrained(MODEL, subfolder="unet")
text_encoder = CLIPTextModel.from_pretrained(MODEL, subfolder="text_encoder")
tokenizer = CLIPTokenizer.from_pretrained(MODEL, subfolder="tokenizer")
scheduler = DDIMScheduler.from_pretrained(MODEL, subfolder="scheduler")

pipe = StableDiffusionPipeline(
    vae=vae,
    text_encoder=text_encoder,
    tokenizer=tokenizer,
    unet=unet,
    scheduler=scheduler,
    safety_checker=None,
    feature_extractor=None,
    requires_safety_checker=False,
)
pipe = pipe.to("cuda", torch.float16)
pipe("a house by a lake", num_inference_steps=50).images[0].save("house.png")
