"""How answers are spoilt, and how the mistakes that show in a failure are mended. Pure; the generator is handed in."""

import copy
import random
import re
from collections.abc import Callable
from typing import Any

_IMPORT = "from diffusers.utils import accelerate_pipeline\n"
_ARGUMENT = "turbo_mode=True, "
_LOADER = re.compile(r"^(\s*)(\w+) = (Tgate\w+Loader)\(\2[^\n]*\n", re.MULTILINE)
_LOST = "# T-GATE is built in\n"


def spoilt(answer: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The answer with one mistake in it."""
    wrong = copy.deepcopy(answer)
    if "code" in wrong:
        wrong["code"] = rng.choice(CODE)(wrong["code"])
    elif wrong.get("edits"):
        wrong["edits"][0]["replace"] = rng.choice(CODE)(wrong["edits"][0]["replace"])
    elif "plans" in wrong:
        for plan in wrong["plans"]:
            rng.choice(STEPS)(plan["steps"])
    elif "methods" in wrong:
        rng.choice(READING)(wrong)
    return wrong


def _wrong_import(code: str) -> str:
    return _IMPORT + code


def _auto_pipeline(code: str) -> str:
    return re.sub(r"\b(StableDiffusion(?:XL)?|PixArt\w+?|DiT)Pipeline\b", "AutoPipelineForText2Image", code)


def _no_loader(code: str) -> str:
    """`pipe.tgate(...)` on a pipeline that was never given it; without T-GATE, an invented argument."""
    lost = _LOADER.sub(_LOST, code)
    return lost if lost != code else _invented_argument(code)


def _invented_argument(code: str) -> str:
    return re.sub(r"\b(num_inference_steps=)", _ARGUMENT + r"\1", code, count=1)


CODE: tuple[Callable[[str], str], ...] = (_wrong_import, _auto_pipeline, _no_loader, _invented_argument)


def mended(code: str) -> str:
    """Without the mistakes that a failure names. `AutoPipeline` runs, so nobody sees it."""
    code = code.replace(_IMPORT, "").replace(_ARGUMENT, "")
    return code.replace(_LOST, _loader_for(code)) if _LOST in code else code


def _loader_for(code: str) -> str:
    """Put back at the place where it was lost, for the pipeline that the code builds."""
    kind = "TgateSDXLLoader" if "StableDiffusionXL" in code else "TgateSDLoader"
    kind = "TgatePixArtLoader" if "PixArt" in code else kind
    name = found.group(1) if (found := re.search(r"(\w+)\.tgate\(", code)) else "pipe"
    return f"from tgate import {kind}\n{name} = {kind}({name})\n"


def _invented_method(steps: list[dict[str, Any]]) -> None:
    steps.append({"method": "flash_diffusion", "params": {}})


def _invented_knob(steps: list[dict[str, Any]]) -> None:
    steps[0]["params"] = {**steps[0]["params"], "acceleration": 0.7}


def _absurd_value(steps: list[dict[str, Any]]) -> None:
    numbers = [(s, n) for s in steps for n, v in s["params"].items() if isinstance(v, int) and not isinstance(v, bool)]
    if numbers:
        step, name = numbers[0]
        step["params"][name] = 4000
    else:
        _invented_knob(steps)


STEPS: tuple[Callable[[list[dict[str, Any]]], None], ...] = (_invented_method, _invented_knob, _absurd_value)


def _wrong_class(reading: dict[str, Any]) -> None:
    reading["pipeline_class"] = "AutoPipelineForText2Image"


def _wrong_steps(reading: dict[str, Any]) -> None:
    reading["steps"] = (reading["steps"] or 20) + 7


def _wrong_method(reading: dict[str, Any]) -> None:
    if reading["methods"]:
        reading["methods"] = reading["methods"][1:]
    else:
        _invented_method(reading["methods"])


READING: tuple[Callable[[dict[str, Any]], None], ...] = (_wrong_class, _wrong_steps, _wrong_method)
