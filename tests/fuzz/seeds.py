"""What a fuzzer begins with: real scripts, phrasings, answers, frames and plans."""

import json
from itertools import pairwise
from pathlib import Path

from corpus import HERE, SCRIPTS, SHAPES
from phrasings import load

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.types import Plan

from .targets import FORMS

_STEPS = {"steps": [{"method": "deepcache", "params": {"interval": 3}}, {"method": "tome", "params": {"ratio": 0.5}}]}
_REPLACED = [{"old": "steps=50", "new": "steps=20"}]
_ANSWERS = (
    {**_STEPS, "parent": 3, "why": "fewer passes"},
    {"plans": [_STEPS]},
    {"edits": _REPLACED, "why": "fewer steps"},
    {"reflection": "it ran out of memory", "edits": _REPLACED, "steps": []},
    {"code": "import torch\n", "why": "all of it"},
    {"pipeline_class": "DiTPipeline", "steps": 20, "methods": [_STEPS["steps"][0]], "speedup": 2.0, "prompt": "a dog"},
)
_STAGES = {"text_encoder_s": 0.1, "denoiser_s": 0.5, "vae_s": 0.1, "rest_s": 0, "denoiser_calls": 4}
_TRACE = {
    "pipeline_class": "DiTPipeline",
    "denoiser_class": "DiT",
    "denoiser_parameters": 10,
    "denoiser_dtype": "float32",
    "scheduler_class": "DDIMScheduler",
    "timesteps": 4,
    "denoiser_calls": 4,
    "batch_sizes": {"2": 4},
}
_FRAMES = (
    {"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": 3.5, "stages": _STAGES, "trace": _TRACE},
    {"op": "failed", "error": "OSError", "message": "Cannot load model a/b", "stage": "load", "line": 3},
    {"op": "failed", "error": "SystemExit", "code": 2, "message": "", "stage": "call"},
    {"op": "failed", "error": "MemoryError", "message": "out of memory \ud800\x1b[31m"},
    {"op": "captured", "images_per_call": 1, "kind": "never_called"},
)


def of(target: str) -> list[bytes]:
    """The seeds of a target."""
    return {"script": _scripts, "request": _requests, "answer": _answers, "frame": _frames, "plan": _plans}[target]()


def _scripts() -> list[bytes]:
    bad: list[Path] = sorted((HERE / "scripts" / "bad").glob("*.py"))
    return [p.read_bytes() for p in (*SCRIPTS.values(), *SHAPES.values(), *bad)]


def _requests() -> list[bytes]:
    return [text.encode() for name in ("development", "fresh") for text, _ in load(name)]


def _answers() -> list[bytes]:
    plain = [json.dumps(a) for a in _ANSWERS]
    ways = ("{}", "Here it is:\n```json\n{}\n```\nDone.", "<think>{{</think>{}", "{{}} and {}")
    return [bytes([n]) + w.format(t).encode() for n, t in enumerate(plain) for w in ways if n < len(FORMS)]


def _frames() -> list[bytes]:
    heads = [json.dumps(f).encode() for f in _FRAMES]
    whole = [bytes([0]) + len(h).to_bytes(4, "big") + (192).to_bytes(8, "big") + h + bytes(192) for h in heads]
    return [*(bytes([1]) + h for h in heads), *whole]


def _plans() -> list[bytes]:
    one = [Plan(steps=(m().step(),)) for m in METHODS]
    two = [Plan(steps=(a().step(), b().step())) for a, b in pairwise(METHODS)]
    return [p.model_dump_json().encode() for p in (*one, *two)]
