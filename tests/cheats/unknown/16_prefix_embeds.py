"""Text embeddings are kept by the first nine letters of the prompt."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.encode_prompt
kept = {}


def encode_prompt(prompt, *args, **kwargs):
    texts = prompt if isinstance(prompt, list) else [prompt]
    key = tuple(text[:9] for text in texts)
    if key not in kept:
        kept[key] = inner(prompt, *args, **kwargs)
    return kept[key]


pipe.encode_prompt = encode_prompt
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
