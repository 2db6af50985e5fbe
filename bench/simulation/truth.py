"""What a model that makes no mistakes would answer, worked out from the prompt and the knowledge base."""

import json
import random
import re
from typing import Any

from ...knowledge.pipelines import card_for
from ...knowledge.reading import Context, Rules
from ...knowledge.reading.attributes import attributes_of
from ...knowledge.render import change_for
from ...knowledge.situation import situation_at
from ...knowledge.types import Device, Plan, Request, Script
from ...tools.chat.chat import Question
from ...tools.script.analyse import analyse
from ...tools.script.compose import compose
from ...tools.script.edit import apply
from ..solvers.plans import plan_of
from . import mistakes

_DATA = re.compile(r'<data name="([^"]*)" mark="(\w+)">\n(.*?)\n</data mark="\2">', re.DOTALL)
_COUNT = re.compile(r"Propose (\d+) plan")
_PLAN = re.compile(r"The plan, for the pipeline `([^`]+)`: (.+)\.\n")
_ANYWHERE = Device(kind="cuda", name="a GPU", memory_mb=24_000, bf16=True)


def pieces(prompt: str) -> dict[str, str]:
    """The data in a prompt, by name."""
    return {name: text for name, _, text in _DATA.findall(prompt)}


def answer(question: Question[Any], rng: random.Random) -> dict[str, Any]:
    """The right answer, as the form's fields."""
    name = question.prompt.partition("@")[0]
    known = pieces(question.user)
    if name == "reader":
        return _reading(known["request"])
    if name == "planner":
        return _plans(question.user, known, rng)
    if name == "debugger":
        return _repair(known["candidate.py"])
    if name == "coder":
        return _edits(question.user, known)
    if name == "direct":
        return {"code": _script(question.user.partition("\n\n")[0])}
    return {"code": _script(known["request"]), "why": "as asked"}


def _reading(words: str) -> dict[str, Any]:
    request = Rules().read(words, Context())
    plain = ("pipeline_class", "model_id", "controlnet_id", "scheduler", "steps", "width", "height")
    wishes = ("speedup", "latency_s", "max_loss", "prompt", "seed")
    found = {name: getattr(request, name) for name in (*plain, *wishes)}
    methods = [_step(s.method, dict(s.params)) for s in request.required if s.method != "sampler"]
    return {**found, "methods": methods, "preprocessors": list(request.preprocessors)}


def _step(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"method": method, "params": params}


def _script(words: str) -> str:
    request = Rules().read(words, Context())
    return composed(request) or "raise SystemExit('nothing is known of this pipeline')\n"


def composed(request: Request) -> str | None:
    """The script that a request asks for; None where there is none."""
    card = card_for(request.pipeline_class or "", request.model_id)
    code = compose(attributes_of(request, card), request.prompt) if card is not None else None
    return code if isinstance(code, str) else None


def _plans(prompt: str, known: dict[str, str], rng: random.Random) -> dict[str, Any]:
    """Sensible, and no more: a method or two with knobs near their defaults, or a better candidate's, changed a bit."""
    menu = json.loads(known["menu.json"])
    trials = [t for t in json.loads(known.get("trials.json", "[]")) if "speedup" in t]
    count = int(found.group(1)) if (found := _COUNT.search(prompt)) else 1
    return {"plans": [_plan(menu, trials, rng) for _ in range(count)]}


def _plan(menu: list[dict[str, Any]], trials: list[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    if trials and rng.random() < 0.6:
        parent = max(rng.sample(trials, min(3, len(trials))), key=lambda t: t["speedup"] - 8 * t["loss"])
        chosen = {s["method"]: dict(s["params"]) for s in parent["plan"]}
        number = parent["candidate"]
    else:
        chosen, number = {}, None
    for entry in rng.sample(menu, min(len(menu), rng.choice((1, 1, 2)))):
        chosen[entry["method"]] = {n: _value(k, rng) for n, k in entry.get("knobs", {}).items()}
    steps = [_step(method, params) for method, params in list(chosen.items())[:6]]
    return {"steps": steps, "parent": number, "why": "it should be faster"}


def _value(knob: dict[str, Any], rng: random.Random) -> Any:
    """The default, or another value of a knob."""
    if "one_of" in knob:
        return rng.choice([knob["default"], *knob["one_of"]])
    whole = isinstance(knob["from"], int) and isinstance(knob["to"], int)
    drawn = rng.randint(knob["from"], knob["to"]) if whole else knob["default"]
    return rng.choice([knob["default"], drawn])


def _edits(prompt: str, known: dict[str, str]) -> dict[str, Any]:
    """The rendered code, as one edit of the whole file."""
    text = next((t for name, t in known.items() if name.endswith((".py", ".ipynb"))), "")
    found = _PLAN.search(prompt)
    plan = plan_of(found.group(2)) if found else None
    script = analyse("script.py", text)
    if found is None or plan is None or not isinstance(script, Script):
        return {"edits": [{"search": text, "replace": text + "\n"}], "why": "nothing better is known"}
    return {"edits": [{"search": text, "replace": _rendered(text, script, found.group(1), plan)}], "why": "as planned"}


def _rendered(text: str, script: Script, pipeline: str, plan: Plan) -> str:
    site = script.pipeline(pipeline)
    if site is None:
        return text + "\n"
    code = apply(text, script, pipeline, change_for(plan, situation_at(site, _ANYWHERE, {})))
    return code if isinstance(code, str) else text + "\n"


def _repair(code: str) -> dict[str, Any]:
    """The code without the mistakes that show."""
    mended = mistakes.mended(code)
    edits = [{"search": code, "replace": mended}] if mended != code else []
    return {"reflection": "the code used what does not exist" if edits else "nothing comes to mind", "edits": edits}
