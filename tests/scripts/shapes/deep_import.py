try:
    from diffusers.pipelines.stable_diffusion import StableDiffusionPipeline
except ImportError:
    raise SystemExit("pip install diffusers")
import diffusers as df

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = df.DDIMScheduler.from_config(pipe.scheduler.config)
pipe.set_progress_bar_config(disable=True)
pipe("a snail", num_inference_steps=50).images[0].save("snail.png")
