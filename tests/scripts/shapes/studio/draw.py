from .models import load_pipeline
from . import models as loading


def draw(prompt, steps=50):
    pipe = load_pipeline()
    return pipe(prompt, num_inference_steps=steps).images[0]


def again(prompt):
    other = loading.load_pipeline("cuda:1")
    return other(prompt, num_inference_steps=30).images[0]
