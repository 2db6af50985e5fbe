"""Pipelines that another file of the package returns, and functions that a server calls."""

from pathlib import Path

import pytest
from corpus import analysed
from factories import plan, situation, step

from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.types import EditRefused, PipelineSite, Script
from diffagent_mcp.tools.script.edit import apply
from diffagent_mcp.tools.script.package import analyse_in_package, on_disk

MODELS = """import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline


def load(device="cuda"):
    pipe = StableDiffusionPipeline.from_pretrained("stabilityai/sd-turbo", torch_dtype=torch.float16)
    pipe.enable_vae_slicing()
    return pipe.to(device)


def other():
    return None
"""
TWENTY = plan(step("sampler", name="keep", steps=20), step("channels_last"))


def seen(folder: Path, code: str, name: str = "app.py") -> Script:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
    found = analyse_in_package(str(path), code, on_disk(path))
    assert isinstance(found, Script)
    return found


@pytest.mark.parametrize(
    ("place", "name", "code"),
    [
        ("models.py", "app.py", "from models import load\npipe = load()\n"),
        ("models.py", "app.py", "from models import load as start\npipe = start('cpu')\n"),
        ("models.py", "app.py", "import models\npipe = models.load()\n"),
        ("models.py", "app.py", "import models as m\npipe: object = m.load()\n"),
        ("models.py", "app.py", "from .models import load\npipe = load()\n"),
        ("models.py", "app.py", "from . import models\npipe = models.load()\n"),
        ("studio/models.py", "app.py", "from studio.models import load\npipe = load()\n"),
        ("studio/models.py", "app.py", "from studio import models\npipe = models.load()\n"),
        ("studio/models.py", "studio/web/app.py", "from ..models import load\npipe = load()\n"),
        ("studio/models.py", "studio/web/app.py", "from studio.models import load\npipe = load()\n"),
        ("models/__init__.py", "app.py", "from models import load\npipe = load()\n"),
    ],
)
def test_a_function_of_another_file_builds_it(tmp_path: Path, place: str, name: str, code: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(MODELS)
    (site,) = seen(tmp_path, code + "pipe('x', num_inference_steps=50)\n", name).pipelines
    assert (site.pipeline_class, site.model_id) == ("StableDiffusionPipeline", "stabilityai/sd-turbo")
    assert site.dtype == "float16" and "precision" in site.applied and [c.steps for c in site.calls] == [50]
    assert site.built_in is not None and site.built_in.endswith(Path(place).name)
    (hazard,) = site.hazards
    assert hazard.slug == "few_steps" and hazard.sentence.startswith(f"{site.built_in}, line 6: stabilityai/sd-turbo")


@pytest.mark.parametrize(
    "code",
    [
        "from models import other\npipe = other()\n",
        "from nowhere import load\npipe = load()\n",
        "from models import load\n",
        "import os, torch\n",
        "from . import *\n",
    ],
)
def test_what_builds_none(tmp_path: Path, code: str) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "os.py").write_text("diffusers = (")
    assert seen(tmp_path, code).pipelines == ()


def test_it_is_edited_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS.replace("sd-turbo", "sd"))
    code = "from models import load\n\npipe = load()\npipe('x', num_inference_steps=50)\n"
    script = seen(tmp_path, code)
    made = apply(code, script, "pipe", change_for(TWENTY, situation(pipeline=script.pipelines[0])))
    assert isinstance(made, str)
    assert "pipe = load()\npipe.unet.to(memory_format=torch.channels_last)\npipe('x', num_inference_steps=20)" in made
    again = seen(tmp_path, made)
    assert apply(made, again, "pipe", change_for(TWENTY, situation(pipeline=script.pipelines[0]))) == made
    keyword = change_for(TWENTY, situation()).model_copy(update={"load_keywords": {"torch_dtype": "torch.bfloat16"}})
    refused = apply(code, script, "pipe", keyword)
    assert isinstance(refused, EditRefused) and "built by load(...), which takes no torch_dtype" in refused.message


def called(code: str) -> PipelineSite:
    load = "from diffusers import DiTPipeline\npipe = DiTPipeline.from_pretrained('a')\n"
    (site,) = analysed(load + code).pipelines
    return site


@pytest.mark.parametrize(
    ("code", "handler"),
    [
        ("@app.post('/draw')\nasync def f(r): return pipe([1])", "POST /draw"),
        ("@router.get('/draw', response_class=R)\ndef f(): return pipe([1])", "GET /draw"),
        ("@app.route('/x', methods=['PUT', 'GET'])\ndef f(): return pipe([1])", "PUT /x"),
        ("@app.websocket('/ws')\nasync def f(ws): pipe([1])", "WEBSOCKET /ws"),
        ("def g(): return pipe([1])\n@app.post('/draw')\ndef f(): return g()", "POST /draw"),
        ("import gradio as gr\ndef f(): return pipe([1])\ngr.Interface(f, 'text', 'image').launch()", "gradio"),
        ("import gradio as gr\ndef f(): return pipe([1])\nbutton.click(fn=f, outputs=image)", "gradio"),
        ("import gradio as gr\nclass A:\n    def f(self): return pipe([1])\ntext.submit(A().f, text)", "gradio"),
        ("import gradio as gr\nclass A:\n    def f(self): return pipe([1])\na = A()\ntext.submit(a.f, text)", "gradio"),
        ("def f(): return pipe([1])\nbutton.click(f)", None),
        ("@functools.cache\ndef f(): return pipe([1])\nf()", None),
        ("def f(): return g()\ndef g():\n    f()\n    return pipe([1])", None),
        ("pipe([1])", None),
    ],
)
def test_what_a_server_calls(code: str, handler: str | None) -> None:
    assert called(code).calls[0].handler == handler
