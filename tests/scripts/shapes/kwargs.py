from diffusers import StableDiffusionPipeline

DEFAULTS = dict(num_inference_steps=50, guidance_scale=7.0)


class Generator:
    def __init__(self, model, **load_kwargs):
        self.pipe = StableDiffusionPipeline.from_pretrained(model, **load_kwargs)

    def __call__(self, prompt, **kwargs):
        return self.pipe(prompt, **{**DEFAULTS, **kwargs}).images[0]

    def many(self, prompts, **kwargs):
        return [self.pipe(p, **kwargs).images[0] for p in prompts]


generator = Generator("stable-diffusion-v1-5/stable-diffusion-v1-5", safety_checker=None)
generator("a well", num_inference_steps=30).save("well.png")
