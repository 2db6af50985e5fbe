import threading

import torch
from diffusers import StableDiffusionPipeline


class Service:
    _pipe = None
    _lock = threading.Lock()

    @property
    def pipe(self):
        if self._pipe is None:
            self._pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
            self._pipe.to("cuda")
        return self._pipe

    @torch.inference_mode()
    def draw(self, prompt, steps=30):
        with self._lock:
            return self.pipe(prompt, num_inference_steps=steps).images[0]


if __name__ == "__main__":
    Service().draw("a kite").save("kite.png")
