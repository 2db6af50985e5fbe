import io
from contextlib import asynccontextmanager

import torch
from diffusers import StableDiffusionPipeline
from fastapi import FastAPI, Response
from pydantic import BaseModel

models = {}
pipe: StableDiffusionPipeline | None = None


class Request(BaseModel):
    prompt: str
    steps: int = 30
    seed: int = 0


@asynccontextmanager
async def lifespan(app: FastAPI):
    global pipe
    pipe = StableDiffusionPipeline.from_pretrained(
        "stable-diffusion-v1-5/stable-diffusion-v1-5", torch_dtype=torch.float16
    ).to("cuda")
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/generate")
def generate(request: Request) -> Response:
    generator = torch.Generator("cuda").manual_seed(request.seed)
    image = pipe(request.prompt, num_inference_steps=request.steps, generator=generator).images[0]
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return Response(buffer.getvalue(), media_type="image/png")
