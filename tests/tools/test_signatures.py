"""The positional parameters that edits rely on are those of the installed diffusers, read without importing it."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

import pytest

from diffagent_mcp.knowledge.signatures import SIGNATURES, UNKNOWN, signature_of


@cache
def files() -> tuple[Path, ...]:
    found = importlib.util.find_spec("diffusers")
    assert found is not None and found.origin is not None
    pipelines = Path(found.origin).parent / "pipelines"
    names = ("stable_diffusion", "stable_diffusion_xl", "controlnet", "dit", "pixart_alpha")
    return tuple(p for name in names for p in sorted((pipelines / name).glob("pipeline_*.py")))


def call_of(pipeline_class: str) -> ast.FunctionDef:
    for path in files():
        text = path.read_text(encoding="utf-8")
        if f"\nclass {pipeline_class}(" not in text:
            continue
        cls = next(n for n in ast.parse(text).body if isinstance(n, ast.ClassDef) and n.name == pipeline_class)
        return next(n for n in cls.body if isinstance(n, ast.FunctionDef) and n.name == "__call__")
    raise AssertionError(f"diffusers has no {pipeline_class}")


@pytest.mark.parametrize("pipeline_class", SIGNATURES)
def test_it_is_called_as_we_think(pipeline_class: str) -> None:
    known, arguments = signature_of(pipeline_class), call_of(pipeline_class).args
    names = [a.arg for a in arguments.args][1:]
    assert tuple(names[: len(known.parameters)]) == known.parameters
    defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
    values = {n: d.value for n, d in defaults.items() if isinstance(d, ast.Constant)}
    assert values["num_inference_steps"] == known.steps
    assert values["guidance_scale"] == known.guidance_scale
    assert values.get("strength") == known.strength


def test_of_other_classes_only_the_prompt_is_known() -> None:
    assert signature_of("FluxPipeline") == UNKNOWN and UNKNOWN.parameters == ("prompt",)
