"""The scheduler that a script gives its pipeline."""

import ast
from collections.abc import Iterator

from ....knowledge.types import Diagnostic
from ..follow import Setting, scheduler_assignments
from .seen import Fix, Seen, finding, instead, with_argument

_FEW = ("LCMScheduler", "TCDScheduler")


def samplers(seen: Seen) -> Iterator[Diagnostic]:
    """Everything that is wrong with its scheduler."""
    for setting in scheduler_assignments(seen.file, seen.one):
        for option in [setting.value, *seen.file.values.expressions(setting.value)]:
            if isinstance(option, ast.Call):
                yield from _from_nothing(seen, option, setting)
                yield from _clipped(seen, option)
    given = seen.file.values.keywords(seen.one.call).get("scheduler")
    for option in [given, *seen.file.values.expressions(given)] if given is not None else []:
        if isinstance(option, ast.Call):
            yield from _from_nothing(seen, option, None)
    yield from _without_weights(seen)


def _scheduler(seen: Seen, node: ast.expr) -> str | None:
    origin = seen.file.origin(node)
    name = origin.rpartition(".")[2]
    return name if origin.startswith("diffusers.") and name.endswith("Scheduler") else None


def _from_nothing(seen: Seen, call: ast.Call, setting: Setting | None) -> Iterator[Diagnostic]:
    name = _scheduler(seen, call.func)
    if name is None or call.args or any(k.arg is None for k in call.keywords):
        return
    if setting is None:
        how = f'{name}.from_pretrained(MODEL, subfolder="scheduler")'
        yield finding(seen.source, "scheduler-from-nothing", call, f"{_lost(name)}; load it with {how}")
        return
    config = f"{seen.source.code(setting.owner)}.scheduler.config"
    given = [config, *(seen.source.code(k) for k in call.keywords)]
    text = f"{seen.source.code(call.func)}.from_config({', '.join(given)})"
    fix = Fix("make it from the pipeline's configuration", (instead(seen.source, call, text),))
    yield finding(seen.source, "scheduler-from-nothing", call, f"{_lost(name)}; use from_config({config})", fix)


def _lost(name: str) -> str:
    return f"{name}(...) has the library's betas and prediction type, not the model's"


def _clipped(seen: Seen, call: ast.Call) -> Iterator[Diagnostic]:
    func = call.func
    if (
        not isinstance(func, ast.Attribute)
        or func.attr != "from_config"
        or not seen.pipeline_class.startswith("PixArt")
    ):
        return
    if _scheduler(seen, func.value) != "DDIMScheduler" or {k.arg for k in call.keywords} & {"clip_sample", None}:
        return
    fix = Fix("pass clip_sample=False", (with_argument(seen.source, call, "clip_sample=False"),))
    sentence = "DDIM clips PixArt's latents to [-1, 1], which ruins the pictures: pass clip_sample=False"
    yield finding(seen.source, "clipped-latents", call, sentence, fix)


def _without_weights(seen: Seen) -> Iterator[Diagnostic]:
    """LCM or TCD, and nothing in sight that was distilled for it: no LoRA, no component of its own."""
    site = seen.site
    if site.scheduler not in _FEW or site.model_id is None:
        return
    named = next((h for h in site.hazards if h.slug == "few_steps"), None)
    if named is None or not named.sentence.partition(": ")[2].startswith(site.scheduler):
        return  # something that is loaded is named for it
    parts = {"unet", "transformer"} & {*site.load_keywords}
    settings = scheduler_assignments(seen.file, seen.one)
    if parts or seen.file.called.get("load_lora_weights") or not settings:
        return
    sentence = (
        f"{site.scheduler} runs on {site.model_id}, which was not distilled for few steps: the pictures are mush; "
        "load its LoRA first, or use DPM-Solver++ at 20 steps"
    )
    yield finding(seen.source, "few-steps-without-weights", settings[-1].statement, sentence)
