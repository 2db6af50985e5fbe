"""Calls that a server makes: reached by the function or the route, with real processes and a real application."""

from pathlib import Path
from textwrap import dedent

import pytest

from diffagent_mcp.knowledge.types import Failure
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner
from diffagent_mcp.tools.measure.start import Entry, Start

LOAD = """
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
"""
FUNCTION = """
def infer(prompt, steps: int, seed=3):
    return pipe(prompt, num_inference_steps=steps).images[0]
"""
CLASS = """
class Painter:
    def __init__(self, pipe):
        self.pipe = pipe
    async def paint(self, words: str):
        return self.pipe(words, num_inference_steps=3).images[0]
painter = Painter(pipe)
"""
MODEL = """
from pydantic import BaseModel
class Wanted(BaseModel):
    prompt: str
    steps: int = 5
async def generate(wanted: Wanted):
    yield pipe(wanted.prompt, num_inference_steps=wanted.steps).images[0]
class Demo:
    def launch(self):
        raise SystemExit("a server would wait here")
demo = Demo()
demo.launch()
if __name__ == "__main__":
    raise SystemExit("and here")
"""
STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
async def generate(request):
    body = await request.json()
    image = pipe(body["prompt"], num_inference_steps=body["steps"]).images[0]
    return JSONResponse({"size": image.size})
app = Starlette(routes=[Route("/generate", generate, methods=["POST"])])
"""
LIFESPAN = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
state, load = {}, pipe
del pipe
@asynccontextmanager
async def lifespan(app):
    state["pipe"] = load
    yield {"steps": 3}
    state.clear()
async def generate(request):
    state["pipe"]("a red circle", num_inference_steps=request.state.steps)
    return PlainTextResponse("done")
def paint(steps: int):
    state["pipe"]("a red circle", num_inference_steps=steps)
app = Starlette(routes=[Route("/generate", generate, methods=["POST"])], lifespan=lifespan)
"""
WSGI = """
import json
class Flaskish:
    def wsgi_app(self, environ, start_response):
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        pipe(body["prompt"], num_inference_steps=body["steps"])
        start_response("200 OK", [])
        return [b"done"]
    def __call__(self, environ, start_response):
        return self.wsgi_app(environ, start_response)
server = Flaskish()
"""


def start(runner: Runner, folder: Path, code: str, call: str, **request: object) -> Live | Failure:
    script = folder / "studio.py"
    script.write_text(dedent(LOAD + code))
    how = Start(entry=Entry(call=call, request=request)).job()
    told = {"code": script.read_text(), "script": script.name, "pipeline_class": "StableDiffusionPipeline"}
    return runner.start({**told, "sites": [], **how}, script)


@pytest.mark.parametrize(
    ("code", "call", "request_", "steps"),
    [
        (FUNCTION, "infer", {"steps": 4}, 4),
        (FUNCTION, "studio:infer", {"steps": 2, "prompt": "a red circle"}, 2),
        (CLASS, "Painter.paint", {}, 3),
        (MODEL, "studio:generate", {}, 5),
        (MODEL, "generate", {"prompt": "a red circle", "steps": 2}, 2),
        (STARLETTE, "POST /generate", {"prompt": "a red circle", "steps": 3}, 3),
        (LIFESPAN, "POST /generate", {"prompt": "a red circle"}, 3),
        (LIFESPAN, "paint", {"steps": 4}, 4),
        (WSGI, "post /generate", {"prompt": "a red circle", "steps": 3}, 3),
    ],
)
def test_the_call_in_a_handler_is_captured(
    runner: Runner, tmp_path: Path, code: str, call: str, request_: dict[str, object], steps: int
) -> None:
    found = start(runner, tmp_path, code, call, **request_)
    assert isinstance(found, Live), found
    try:
        assert found.captured["arguments"]["num_inference_steps"] == steps
        made = found.pictures(["a red circle on a white background"], [1])
        assert isinstance(made, Pictures) and made.shape == (1, 512, 512, 3)
    finally:
        found.close()


@pytest.mark.parametrize(
    ("code", "call", "request_", "said"),
    [
        (FUNCTION, "infer", {}, "infer() needs steps"),
        (FUNCTION, "infer", {"steps": 4, "size": 3}, "infer() takes no size; it takes prompt, steps, seed"),
        (FUNCTION, "paint", {}, "there is no paint in studio"),
        (FUNCTION, "pipe.numbers", {}, "there is no numbers in StableDiffusionPipeline"),
        (FUNCTION, "POST /generate", {}, "holds no web application"),
        (STARLETTE, "POST /paint", {}, "POST /paint was answered with 404"),
        (LIFESPAN.replace("= load", "= loaf"), "POST /generate", {}, "NameError"),
        (FUNCTION.replace("pipe(", "len("), "infer", {"steps": 4}, "TypeError"),
    ],
)
def test_what_cannot_be_called_is_said_in_a_sentence(
    runner: Runner, tmp_path: Path, code: str, call: str, request_: dict[str, object], said: str
) -> None:
    found = start(runner, tmp_path, code, call, **request_)
    assert isinstance(found, Failure) and said in found.message, found
