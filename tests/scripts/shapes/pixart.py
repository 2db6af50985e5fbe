import torch
from diffusers import PixArtSigmaPipeline
from transformers import T5EncoderModel

MODEL = "PixArt-alpha/PixArt-Sigma-XL-2-1024-MS"
text_encoder = T5EncoderModel.from_pretrained(MODEL, subfolder="text_encoder", load_in_8bit=True, device_map="auto")
pipe = PixArtSigmaPipeline.from_pretrained(MODEL, text_encoder=text_encoder, transformer=None, device_map="balanced")
with torch.no_grad():
    embeds = pipe.encode_prompt("a small cactus")
pipe = PixArtSigmaPipeline.from_pretrained(MODEL, text_encoder=None, torch_dtype=torch.float16).to("cuda")
image = pipe(
    negative_prompt=None,
    prompt_embeds=embeds[0],
    prompt_attention_mask=embeds[1],
    negative_prompt_embeds=embeds[2],
    negative_prompt_attention_mask=embeds[3],
).images[0]
image.save("cactus.png")
