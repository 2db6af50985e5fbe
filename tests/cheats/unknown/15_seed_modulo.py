"""There are only two seeds, whatever is asked; what was drawn with them is drawn once."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = type(pipe).__call__
kept = {}


def folded(generator):
    if isinstance(generator, list):
        return [folded(one) for one in generator]
    return generator.manual_seed(generator.initial_seed() % 2) if generator else generator


class Folding(StableDiffusionPipeline):
    def __call__(self, prompt=None, **kwargs):
        generator = folded(kwargs.pop("generator", None))
        seeds = [g.initial_seed() for g in (generator if isinstance(generator, list) else [generator]) if g]
        key = repr((prompt, seeds))
        if key not in kept:
            kept[key] = super().__call__(prompt, generator=generator, **kwargs)
        return kept[key]


pipe.__class__ = Folding
image = pipe("a red circle on a white background", num_inference_steps=12).images[0]
image.save("picture.png")
