"""What is switched on at a pipeline and does nothing, does harm, or is no longer there."""

import ast
from collections.abc import Iterator

from ....knowledge.catalogue import CATALOGUE, method_of
from ....knowledge.diagnostics import REMOVED
from ....knowledge.quantised import QUANTISERS
from ....knowledge.rules import backbone_misfit
from ....knowledge.silent import SILENT_FAILURES
from ....knowledge.situation import situation_at
from ....knowledge.steps import SET_STEPS
from ....knowledge.topic import described
from ....knowledge.types import Diagnostic, Plan
from ..applied import switches_in
from ..follow import belongs
from .seen import Fix, Seen, finding, instead, with_argument, without_statement

_SILENT = frozenset(m for s in SILENT_FAILURES for m in s.methods) - QUANTISERS - SET_STEPS
"""methods that may do nothing in silence; a sampler and its steps are looked at by themselves"""
_OWN = "callback_on_step_end"
"""how methods of guidance are passed: a second one would clash, their own does not"""


def switches(seen: Seen) -> Iterator[Diagnostic]:
    """Everything that is wrong with what is switched on."""
    yield from _slicing(seen)
    yield from _removed(seen)
    yield from _tome(seen)
    yield from _taylorseer(seen)
    yield from _fused(seen)
    yield from _inert(seen)


def _mine(seen: Seen, name: str) -> Iterator[ast.Call]:
    """Calls of that name on the pipeline, or on a part of it."""
    for call in seen.file.called.get(name, ()):
        if isinstance(call.func, ast.Attribute) and belongs(seen.file, seen.one, call.func.value):
            yield call


def _alone(seen: Seen, call: ast.Call, name: str) -> Fix | None:
    """Take the call out, where it is a statement by itself."""
    statement = seen.file.parents.get(call)
    alone = isinstance(statement, ast.Expr)
    return Fix(name, (without_statement(seen.file, statement),)) if isinstance(statement, ast.Expr) and alone else None


def _slicing(seen: Seen) -> Iterator[Diagnostic]:
    if (seen.site.device or "").split(":")[0] != "cuda":
        return
    for call in _mine(seen, "enable_attention_slicing"):
        sentence = "attention in slices is slower, and PyTorch 2's attention does not take the memory that it saves"
        yield finding(seen.source, "attention-slicing", call, sentence, _alone(seen, call, "take it out"))


def _removed(seen: Seen) -> Iterator[Diagnostic]:
    for old, new in REMOVED.items():
        for call in _mine(seen, old):
            func = call.func
            if isinstance(func, ast.Attribute):
                text = f"{seen.source.code(func.value)}.{new}"
                fix = Fix(f"call {new}", (instead(seen.source, func, text),))
                sentence = f"pipelines have no {old} any more (gone in diffusers 0.42): call {text}()"
                yield finding(seen.source, "removed-call", func, sentence, fix)


def _tome(seen: Seen) -> Iterator[Diagnostic]:
    for call in seen.file.called.get("apply_patch", ()):
        of_tome = seen.file.origin(call.func).startswith("tomesd.")
        mine = any(belongs(seen.file, seen.one, a) for a in call.args)
        if of_tome and mine and not {k.arg for k in call.keywords} & {"use_rand", None}:
            fix = Fix("merge the same tokens each time", (with_argument(seen.source, call, "use_rand=False"),))
            sentence = "tokens are drawn at random, so the same seed gives two different pictures: pass use_rand=False"
            yield finding(seen.source, "tome-at-random", call, sentence, fix)


def _taylorseer(seen: Seen) -> Iterator[Diagnostic]:
    for call in seen.file.called.get("TaylorSeerCacheConfig", ()):
        named = {k.arg for k in call.keywords} & {"cache_identifiers", "skip_predict_identifiers", None}
        if not named and seen.pipeline_class.startswith(("StableDiffusion", "DiT", "PixArt")):
            sentence = (
                f"TaylorSeer's default names match no layer of {seen.pipeline_class}: nothing is predicted; "
                'name the layers, cache_identifiers=[r".*transformer_blocks.*attn\\d$"]'
            )
            yield finding(seen.source, "taylorseer-default-layers", call, sentence)


def _fused(seen: Seen) -> Iterator[Diagnostic]:
    fused, free = next(_mine(seen, "fuse_lora"), None), next(_mine(seen, "unfuse_lora"), None)
    for call in _mine(seen, "unload_lora_weights"):
        if fused is not None and free is None and fused.lineno < call.lineno:
            sentence = f"the LoRA of line {fused.lineno} is fused and stays in the weights: call unfuse_lora() first"
            yield finding(seen.source, "lora-stays-fused", call, sentence)


def _inert(seen: Seen) -> Iterator[Diagnostic]:
    """Methods with a silent failure that befalls this pipeline, by what the method says of itself."""
    calls = [
        c.model_copy(update={"keywords": {k: v for k, v in c.keywords.items() if k != _OWN}}) for c in seen.site.calls
    ]
    here = situation_at(seen.site.model_copy(update={"calls": tuple(calls)}), described("cuda"), {})
    if here.backbone == "unknown":
        return
    places = switches_in(seen.file, seen.one)
    for step in seen.site.methods:
        kind, node = CATALOGUE[step.method], places.get(step.method)
        if step.method not in _SILENT or node is None:
            continue
        method = method_of(step) or kind()
        reason = backbone_misfit(kind, here) or method.misfit(here, Plan(steps=(method.step(),)))
        if reason is None:
            continue
        backend = step.method == "attention_backend"
        fix = _alone(seen, node, "take it out") if backend and isinstance(node, ast.Call) else None
        code = "attention-backend-inert" if backend else "method-inert"
        yield finding(seen.source, code, node, reason, fix)
