"""DeepCache and T-GATE as they are written by hand: what was forgotten."""

import ast
from collections.abc import Iterator

from ....knowledge.methods.tgate import LOADERS
from ....knowledge.pipelines import any_card_for
from ....knowledge.steps import visits_twice
from ....knowledge.types import Diagnostic
from ..follow import belongs, receiver_of
from .seen import Fix, Seen, finding, instead, renamed_class

_HELPERS = ("DeepCacheSDHelper", "SafeDeepCache")


def caches(seen: Seen) -> Iterator[Diagnostic]:
    """Everything that is wrong with its caches."""
    yield from _tgate(seen)
    yield from _deepcache(seen)


def _tgate(seen: Seen) -> Iterator[Diagnostic]:
    gated = [c for c in seen.one.calls if isinstance(c.func, ast.Attribute) and c.func.attr == "tgate"]
    plain = [c for c in seen.one.calls if c not in gated]
    loaders = [c for c in _loaders(seen) if any(belongs(seen.file, seen.one, a) for a in c.args)]
    for call in loaders:
        yield from _wrong_loader(seen, call)
    if gated and not any(_loaders(seen)):
        loader = LOADERS.get(seen.pipeline_class)
        how = f"wrap it first: {seen.site.name} = {loader}({seen.site.name})" if loader else "T-GATE has none for it"
        for call in gated:
            yield finding(seen.source, "tgate-without-loader", call, f"no loader of T-GATE wraps this pipeline; {how}")
    for call, said, given in seen.calls:
        gate = seen.file.values.of(given.get("gate_step"))
        late = isinstance(gate, int) and said.steps is not None and gate >= said.steps
        if call in gated and late:
            sentence = f"gate_step={gate} is no earlier than the last of {said.steps} steps: the gate never closes"
            yield finding(seen.source, "tgate-gate-too-late", given["gate_step"], sentence)
    if loaders and plain:
        yield from _plain_calls(seen, plain, bool(gated), max(c.lineno for c in loaders))


def _loaders(seen: Seen) -> Iterator[ast.Call]:
    for name, calls in seen.file.called.items():
        if name.endswith("Loader"):
            yield from (c for c in calls if seen.file.origin(c.func).startswith("tgate."))


def _wrong_loader(seen: Seen, call: ast.Call) -> Iterator[Diagnostic]:
    name, right = seen.file.origin(call.func).rpartition(".")[2], LOADERS.get(seen.pipeline_class)
    if right is None or name == right or name not in LOADERS.values():
        return
    edits = renamed_class(seen.file, call.func, right)
    fix = Fix(f"use {right}", edits) if edits else None
    sentence = f"{name} is not for {seen.pipeline_class}: its loader is {right}"
    yield finding(seen.source, "tgate-wrong-loader", call.func, sentence, fix)


def _plain_calls(seen: Seen, plain: list[ast.Call], gated: bool, since: int) -> Iterator[Diagnostic]:
    for call in plain:
        receiver = receiver_of(call)
        if receiver is None or call.lineno <= since:
            continue
        if gated:
            sentence = (
                "T-GATE leaves the attention layers patched: this plain call draws another picture; use tgate here too"
            )
            yield finding(seen.source, "tgate-plain-call", call, sentence)
        else:
            fix = Fix("call tgate", (instead(seen.source, receiver, f"{seen.source.code(receiver)}.tgate"),))
            sentence = f"a plain call of the pipeline gates nothing: call {seen.site.name}.tgate(...) with a gate_step"
            yield finding(seen.source, "tgate-never-called", call, sentence, fix)


def _deepcache(seen: Seen) -> Iterator[Diagnostic]:
    file = seen.file
    for helper in (c for name in _HELPERS for c in file.called.get(name, ())):
        given = (*helper.args, *(k.value for k in helper.keywords))
        if not any(belongs(file, seen.one, a) for a in given):
            continue
        yield from _counts_wrong(seen, helper)
        statement = file.parents.get(helper)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        names = {file.text(t) for t in targets} - {""}
        if names:
            yield from _switched(seen, helper, names)


def _counts_wrong(seen: Seen, helper: ast.Call) -> Iterator[Diagnostic]:
    card = any_card_for(seen.pipeline_class, seen.site.model_id)
    sampler = seen.site.scheduler or (card.scheduler if card else None)
    if visits_twice(sampler) and seen.file.called_name(helper) == _HELPERS[0]:
        sentence = (
            f"DeepCache looks steps up by their time, and {sampler} visits each twice: almost every call is cached"
        )
        yield finding(seen.source, "deepcache-second-order", helper, sentence)


def _switched(seen: Seen, helper: ast.Call, names: set[str]) -> Iterator[Diagnostic]:
    file = seen.file

    def of_helper(method: str) -> list[ast.Call]:
        calls = file.called.get(method, ())
        return [c for c in calls if isinstance(c.func, ast.Attribute) and file.text(c.func.value) in names]

    on, off = of_helper("enable"), of_helper("disable")
    if not on:
        sentence = "this helper is never enabled, so nothing is cached: call its enable() before the pipeline"
        yield finding(seen.source, "deepcache-not-enabled", helper, sentence)
    for call in on if not off else []:
        function = file.function(call)
        if function is None or function is file.function(seen.one.call):
            continue
        if any(file.function(c) is function for c in seen.one.calls):
            sentence = (
                f"{function.name} enables DeepCache at every call and never disables it: the next picture begins from "
                "this one's features; enable it once, or disable it at the end"
            )
            yield finding(seen.source, "deepcache-not-disabled", call, sentence)
