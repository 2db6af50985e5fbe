"""What in a script some methods would break: distilled checkpoints, own attention or callbacks, pairs of pipelines."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...knowledge.types import CallSite, Hazard
from .built import Built
from .fights import fights_of
from .file import File
from .follow import belongs, is_pipeline
from .given import arguments_of
from .shared import ambiguous_of, shared_of

_FEW = re.compile(
    r"turbo|lightning(?!_logs)|(?<![a-z])((animate)?lcm|tcd|pcm|dmd2?)(?![a-z])|hyper-?sd|schnell|sdxs|instaflow|perflow"
    r"|flash-?(sd|pixart)|sana[-_]?sprint|step[-_]?distill|(?<!\d)(\d|1[0-6])[-_]?steps?(?![a-z])",
    re.IGNORECASE,
)
_FEW_SOLVERS = ("LCMScheduler", "TCDScheduler")
_PLAIN = ("AttnProcessor", "AttnProcessor2_0", "FusedAttnProcessor2_0")
_STEPS = ("sampler", "guidance", "tgate")
_CALLBACKS = ("callback_on_step_end", "callback")
_CALLERS = ("partial", "to_thread", "run_in_executor", "submit", "apply_async", "run_sync", "Thread", "map")
"""what calls a function that it is handed, now or later"""
_EMBEDS = ("_guidance_scale", "prompt_embeds", "negative_prompt_embeds")


@dataclass(frozen=True)
class Surveyed:
    """A pipeline in its file, with what is known of it by now."""

    file: File
    one: Built
    others: Sequence[Built]
    calls: Sequence[CallSite]
    scheduler: str | None
    dtype: str | None
    device: str | None
    applied: Sequence[str]


def hazards_of(of: Surveyed) -> tuple[Hazard, ...]:
    """Every hazard once, in the order of their lines."""
    found = [
        *_few_steps(of),
        *_own_attention(of),
        *_own_callbacks(of),
        *_pairs(of),
        *shared_of(of.file, of.one, of.others),
        *ambiguous_of(of.file, of.one, of.others),
        *fights_of(of.file, of.one, of.dtype, of.device, of.applied),
    ]
    found += _handed_on(of)
    if not any(h.slug in ("bound_twice", "handed_on") for h in found):
        found += _not_called(of)
    return tuple(sorted(dict.fromkeys(found), key=lambda h: h.line))


def _few_steps(of: Surveyed) -> Iterator[Hazard]:
    """A checkpoint, LoRA or component that was distilled for few steps, or a solver that only such a one has."""
    for node, text in _loaded(of):
        if _FEW.search(text):
            yield _few(text, node.lineno)
            return
    if of.scheduler in _FEW_SOLVERS:
        yield _few(of.scheduler, of.one.call.lineno)


def _few(what: str, line: int) -> Hazard:
    sentence = f"line {line}: {what} is distilled for few steps, so neither its steps nor its guidance are cut"
    return Hazard(slug="few_steps", sentence=sentence, line=line, forbids=_STEPS)


def _loaded(of: Surveyed) -> Iterator[tuple[ast.expr, str]]:
    """Names of checkpoints: where the pipeline is built, and where something is loaded into it."""
    file = of.file
    parts = {file.text(k.value) for b in of.one.builds for k in b.call.keywords} - {""}
    into = [
        c
        for name in ("load_lora_weights", "load_state_dict")
        for c in file.called.get(name, ())
        if isinstance(c.func, ast.Attribute)
        and (belongs(file, of.one, c.func.value) or file.text(c.func.value) in parts)
    ]
    for call in (*(b.call for b in of.one.builds), *into):
        for given in (*call.args, *(k.value for k in call.keywords)):
            yield from ((call, text) for text in _texts(file, given))


def _texts(file: File, node: ast.expr) -> Iterator[str]:
    """Every string that an expression is made of, names resolved."""
    for part in file.values.made_of(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _own_attention(of: Surveyed) -> Iterator[Hazard]:
    """Attention processors that are not the library's plain ones would be thrown out by methods that bring theirs."""
    file = of.file
    for name in ("set_attn_processor", "set_processor", "load_ip_adapter"):
        for call in file.called.get(name, ()):
            mine = isinstance(call.func, ast.Attribute) and belongs(file, of.one, call.func.value)
            if not mine or (name != "load_ip_adapter" and _is_plain(file, call)):
                continue
            what = "an IP-Adapter brings" if name == "load_ip_adapter" else "the script sets"
            yield Hazard(
                slug="own_attention",
                sentence=f"line {call.lineno}: {what} attention processors of its own, which methods that exchange "
                "or merge attention would throw out",
                line=call.lineno,
                forbids=("attention", "tokens", "tgate"),
            )


def _is_plain(file: File, call: ast.Call) -> bool:
    """Is nothing handed over but the library's plain processors?"""
    made = [n for a in call.args for n in ast.walk(a) if isinstance(n, ast.Call)]
    made += [v for a in call.args for v in file.values.expressions(a) if isinstance(v, ast.Call)]
    origins = [file.origin(n.func) for n in made]
    return bool(origins) and all(o.startswith("diffusers.") and o.rpartition(".")[2] in _PLAIN for o in origins)


def _own_callbacks(of: Surveyed) -> Iterator[Hazard]:
    for call in of.one.calls:
        given = arguments_of(of.file, of.one, call)
        for name in _CALLBACKS:
            nothing = name not in given or ast.unparse(given[name]) == "None"
            if not nothing and not _of_library(of.file, given[name]):
                yield from _callback(of.file, given[name], call.lineno)


def _of_library(file: File, node: ast.expr) -> bool:
    options = [node, *file.values.expressions(node)]
    origins = (file.origin(o.func) for o in options if isinstance(o, ast.Call))
    return any(o.startswith("diffusers.") for o in origins)


def _callback(file: File, node: ast.expr, line: int) -> Iterator[Hazard]:
    """What a callback does to the call decides what it forbids beyond a second callback."""
    name = file.text(node).rpartition(".")[2]
    body = [n for f in file.functions.get(name, ()) for n in ast.walk(f)]
    body += list(ast.walk(node)) if isinstance(node, ast.Lambda) else []
    touched = {n.attr for n in body if isinstance(n, ast.Attribute)} | {
        n.value for n in body if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }
    if touched & set(_EMBEDS):
        sentence = f"line {line}: the step callback changes guidance on the way, so cached features would not fit"
        yield Hazard(slug="changes_guidance", sentence=sentence, line=line, forbids=("guidance", "cache"))
    if any(isinstance(n, ast.Compare) and _whole_number(n) for n in body):
        sentence = f"line {line}: the step callback counts steps, so their number stays as it is"
        yield Hazard(slug="counts_steps", sentence=sentence, line=line, forbids=("sampler",))
    sentence = f"line {line}: the script has a step callback of its own, and a call takes only one"
    yield Hazard(slug="own_callback", sentence=sentence, line=line, forbids=("guidance",))


def _whole_number(compare: ast.Compare) -> bool:
    parts = (compare.left, *compare.comparators)
    return any(isinstance(p, ast.Constant) and type(p.value) is int for p in parts)


def _pairs(of: Surveyed) -> Iterator[Hazard]:
    """A base that stops early and a refiner that goes on: both must walk the same steps."""
    for call in of.one.calls:
        given = arguments_of(of.file, of.one, call)
        part = next((n for n in ("denoising_end", "denoising_start") if n in given), None)
        if part is not None:
            yield Hazard(
                slug="refiner_pair",
                sentence=f"line {call.lineno}: {part} splits the steps between a base and a refiner, "
                "which must walk the same steps",
                line=call.lineno,
                forbids=_STEPS,
            )


def _handed_on(of: Surveyed) -> Iterator[Hazard]:
    """`partial(pipe, ...)`, `asyncio.to_thread(pipe, ...)`: calls whose arguments are not changed with the others."""
    file = of.file
    for call in (c for name in _CALLERS for c in file.called.get(name, ())):
        given = (*call.args, *(k.value for k in call.keywords))
        if any(is_pipeline(file, of.one, a) for a in given if isinstance(a, ast.Name | ast.Attribute)):
            by = file.text(call.func) or file.called_name(call)
            yield Hazard(
                slug="handed_on",
                sentence=f"line {call.lineno}: {of.one.name} is handed to {by}, where no argument of a call can be "
                f"set; call {of.one.name} itself, in a function that is handed on instead",
                line=call.lineno,
                forbids=_STEPS,
            )
            return


def _not_called(of: Surveyed) -> Iterator[Hazard]:
    if not of.one.calls:
        line = of.one.call.lineno
        sentence = f"line {line}: no call of {of.one.name} can be seen, so no argument of a call can be set"
        yield Hazard(slug="not_called", sentence=sentence, line=line, forbids=_STEPS)
