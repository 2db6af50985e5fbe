"""Phrasings with what they mean: `want` holds the fields that are said; every other field must be empty."""

import json
from pathlib import Path
from typing import Any

from diffagent_mcp.knowledge.pipelines import CARDS, Card
from diffagent_mcp.knowledge.types import Request

FOLDER = Path(__file__).parent / "knowledge" / "reading"
IGNORED = ("text", "notes", "question", "now_s")
"""`now_s` has a test of its own: the corpora were written before the field"""


def load(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Text and wanted fields of every line."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(one["text"], one["want"]) for one in map(json.loads, lines)]


def card(name: str) -> Card:
    """`sdxl`, `sd15_i2i`, `dit512`, `alpha`."""
    family, _, mode = name.partition("_")
    family = {"alpha": "pixart_alpha", "sigma": "pixart_sigma", "dit256": "dit", "dit512": "dit"}.get(family, family)
    found = [c for c in CARDS if c.family == family and (c.mode == "img2img") == (mode == "i2i")]
    return next(c for c in found if not name.startswith("dit") or c.size == int(name[3:]))


def wanted(want: dict[str, Any]) -> dict[str, Any]:
    """The whole request as plain values, without the fields that are not compared."""
    given = dict(want)
    if (name := given.pop("card", None)) is not None:
        c = card(name)
        given |= {"pipeline_class": c.pipeline_class, "model_id": c.model_id, "mode": c.mode}
        given |= {"controlnet_id": c.controlnet_id, "preprocessors": list(c.preprocessors)}
    required = given.get("required", {})
    given["required"] = [{"method": m, "params": p} for m, p in required.items()]
    return {**plain(Request(text="", intent="unclear")), **given}


def plain(request: Request) -> dict[str, Any]:
    return {k: v for k, v in request.model_dump(mode="json").items() if k not in IGNORED}


def differences(request: Request, want: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields that were read differently: name -> (read, wanted)."""
    read, expected = plain(request), wanted(want)
    wrong = {k: (read[k], expected[k]) for k in expected if not same(read[k], expected[k])}
    if expected["intent"] in ("unclear", "out_of_scope"):
        asked = {} if request.question else {"question": (None, "a sentence")}
        return {k: v for k, v in wrong.items() if k == "intent"} | asked
    return wrong | ({"question": (request.question, None)} if request.question else {})


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, int | float):
        return abs(a - b) <= 1e-3 * max(1.0, abs(b))
    if isinstance(a, list) and isinstance(b, list) and a and isinstance(a[0], str):
        return sorted(a) == sorted(b)
    if isinstance(a, list) and isinstance(b, list) and a and isinstance(a[0], dict):
        return len(a) == len(b) and all(x in b for x in a)
    return bool(a == b)
