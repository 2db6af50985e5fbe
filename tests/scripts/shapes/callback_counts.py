from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
options = {"num_inference_steps": 40}


def interrupt(pipeline, i, t, kwargs):
    if i == 30:
        pipeline._interrupt = True
    return kwargs


options["callback_on_step_end"] = interrupt
pipe("a harbour at dawn", callback_on_step_end=interrupt, num_inference_steps=40).images[0].save("harbour.png")
