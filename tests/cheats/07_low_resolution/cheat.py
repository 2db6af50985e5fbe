"""Half the width and height is drawn, and then doubled."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
inner = pipe.image_processor.postprocess


def doubled(image, **kwargs):
    return [picture.resize((512, 512)) for picture in inner(image, **kwargs)]


pipe.image_processor.postprocess = doubled
image = pipe("a red circle on a white background", num_inference_steps=12, height=256, width=256).images[0]
image.save("picture.png")
