"""A service: its call is in a route, and running it waits for requests."""

import time

from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")


class App:
    def post(self, path: str):
        return lambda function: function

    def run(self):
        time.sleep(3600)


app = App()


@app.post("/generate")
def generate(prompt: str, steps: int = 4):
    return pipe(prompt, num_inference_steps=steps).images[0]


app.run()
