"""How pipelines are called, and what their hub ids are, is as in the installed diffusers, read without importing it."""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from diffagent_mcp.knowledge.pipelines import NEWCOMERS
from diffagent_mcp.knowledge.signatures import SIGNATURES, UNKNOWN, signature_of

ELSEWHERE = {
    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "stabilityai/stable-diffusion-3.5-large",
}
"""ids that stand in a comment or in another pipeline's example"""


@cache
def texts() -> tuple[str, ...]:
    found = importlib.util.find_spec("diffusers")
    assert found is not None and found.origin is not None
    pipelines = Path(found.origin).parent / "pipelines"
    return tuple(p.read_text(encoding="utf-8") for p in sorted(pipelines.rglob("pipeline_*.py")))


@cache
def module_of(pipeline_class: str) -> str:
    for text in texts():
        if f"\nclass {pipeline_class}(" in text:
            return text
    raise AssertionError(f"diffusers has no {pipeline_class}")


def call_of(pipeline_class: str) -> ast.FunctionDef:
    body = ast.parse(module_of(pipeline_class)).body
    cls = next(n for n in body if isinstance(n, ast.ClassDef) and n.name == pipeline_class)
    return next(n for n in cls.body if isinstance(n, ast.FunctionDef) and n.name == "__call__")


@pytest.mark.parametrize("pipeline_class", SIGNATURES)
def test_it_is_called_as_we_think(pipeline_class: str) -> None:
    known, arguments = signature_of(pipeline_class), call_of(pipeline_class).args
    names = [a.arg for a in arguments.args][1:]
    assert tuple(names[: len(known.parameters)]) == known.parameters
    defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
    values = {n: d.value for n, d in defaults.items() if isinstance(d, ast.Constant)}
    assert values["num_inference_steps"] == known.steps
    assert values.get("strength") == known.strength
    assert known.guidance_scale == (1.0 if known.guidance is None else values[known.guidance])
    assert known.callback == ("callback_on_step_end" in names)
    assert known.swallows == (arguments.kwarg is not None)


@pytest.mark.parametrize("pipeline_class", [c for c in SIGNATURES if signature_of(c).guidance == "guidance_scale"])
def test_guidance_that_doubles_the_work_is_not_only_a_number(pipeline_class: str) -> None:
    """Where `guidance_scale` is only handed to the model, as FLUX does, the signature must not call it guidance."""
    text = module_of(pipeline_class)
    inner = ("Combined", "Wuerstchen")
    assert any(i in pipeline_class for i in inner) or re.search(r"(guidance_scale|_scale_2?) (> |!= )|1\.0 if", text)


@pytest.mark.parametrize("model_id", sorted({c.model_id for c in NEWCOMERS} - ELSEWHERE))
def test_ids_are_the_ones_that_diffusers_shows(model_id: str) -> None:
    assert any(model_id in text for text in texts())


def test_of_other_classes_only_the_prompt_is_known() -> None:
    assert signature_of("OurOwnPipeline") == UNKNOWN and UNKNOWN.parameters == ("prompt",)
