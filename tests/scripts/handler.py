"""A service without its web server: the pipeline is a global, the call is in the handler."""
import io
import json

import torch
import diffusers

pipe = None


def startup():
    global pipe
    pipe = diffusers.StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    if torch.cuda.is_available():
        pipe = pipe.to("cuda")
    else:
        pipe.enable_attention_slicing()


def handle(request: dict) -> bytes:
    prompt = request["prompt"]
    steps = 50
    with torch.inference_mode():
        image = pipe(prompt, num_inference_steps=steps, guidance_scale=request.get("scale", 7.5)).images[0]
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def main():
    startup()
    with open("picture.png", "wb") as f:
        f.write(handle(json.loads('{"prompt": "a blue triangle on a gray background"}')))


main()
