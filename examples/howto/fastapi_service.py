"""A picture service."""

import io
from contextlib import asynccontextmanager

import torch
from diffusers import StableDiffusionPipeline
from fastapi import FastAPI, Response
from pydantic import BaseModel


class Wanted(BaseModel):
    prompt: str
    steps: int = 40
    seed: int = 0


@asynccontextmanager
async def lifespan(app: FastAPI):
    pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    app.state.pipe = pipe.to("cuda" if torch.cuda.is_available() else "cpu")
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/generate")
def generate(wanted: Wanted) -> Response:
    generator = torch.Generator("cpu").manual_seed(wanted.seed)
    image = app.state.pipe(wanted.prompt, num_inference_steps=wanted.steps, generator=generator).images[0]
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return Response(buffer.getvalue(), media_type="image/png")
