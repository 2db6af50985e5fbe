"""Pipelines that share parts, and names that stand for several pipelines."""

import ast
from collections.abc import Iterator, Sequence

from ...knowledge.types import Hazard
from .built import Built
from .file import File
from .follow import belongs, receiver_of

_DENOISERS = ("unet", "transformer", "components")
_ALL_CALLS = ("sampler", "guidance", "tgate", "cache", "tokens", "precision", "compile", "vae", "attention", "layout")


def shared_of(file: File, one: Built, others: Sequence[Built]) -> Iterator[Hazard]:
    """What patches a part in place changes the other pipeline too, unmeasured; no matter where that is not called."""
    for other in others:
        if other is one or not other.calls:
            continue
        parts = {p for b in other.builds for p in _parts(file, one, b.call)}
        parts |= {p for b in one.builds for p in _parts(file, other, b.call)}
        parts |= _same_objects(file, one, other)
        if not parts:
            continue
        whole = bool(parts & set(_DENOISERS))
        line = max(one.call.lineno, other.call.lineno)
        what = "the denoiser" if whole else f"the {' and the '.join(sorted(parts))}"
        yield Hazard(
            slug="shared",
            sentence=f"line {line}: {one.name} and {other.name} share {what}, "
            "so what changes it for one changes the other too",
            line=line,
            forbids=("cache", "tokens", "precision", "attention", "vae") if whole else ("precision", "vae"),
        )


def is_made_of(file: File, one: Built, other: Built) -> bool:
    """Is `one` built from all the parts of `other`: `X.from_pipe(other)`, `X(**other.components)`?"""
    return one.loader in ("from_pipe", "__init__") and "components" in set(_parts(file, other, one.call))


def _parts(file: File, one: Built, call: ast.Call) -> Iterator[str]:
    """Which parts of `one` another pipeline is built from."""
    for given in (*call.args, *(k.value for k in call.keywords)):
        for node in (given, *file.values.expressions(given)):
            if not belongs(file, one, node):
                continue
            yield node.attr if isinstance(node, ast.Attribute) and belongs(file, one, node.value) else "components"


def _same_objects(file: File, one: Built, other: Built) -> set[str]:
    """Parts that both are handed under one name: `vae=vae` here and there."""
    mine, its = ({(k.arg, k.value.id) for k in b.call.keywords if isinstance(k.value, ast.Name)} for b in (one, other))
    made = {name for name, options in file.values.names.items() if any(_loads(o) for o in options)}
    return {keyword for keyword, name in mine & its if keyword and name in made}


def _loads(node: ast.expr) -> bool:
    """`X.from_pretrained(...)`, with what is chained on it."""
    calls = (n.func for n in ast.walk(node) if isinstance(n, ast.Call))
    return any(isinstance(f, ast.Attribute) and f.attr.startswith("from_") for f in calls)


def ambiguous_of(file: File, one: Built, others: Sequence[Built]) -> Iterator[Hazard]:
    """Calls that may meet another pipeline of the same name."""
    for other in others:
        if other is one or not ({*one.names} & {*other.names}):
            continue
        call = next((c for c in (*one.calls, *other.calls) if not _certain(file, one, other, c)), None)
        if call is not None:
            text = file.text(receiver) if (receiver := receiver_of(call)) is not None else one.name
            yield Hazard(
                slug="bound_twice",
                sentence=f"line {call.lineno}: {text} may be the pipeline of line {one.call.lineno} "
                f"or of line {other.call.lineno}; give them two names",
                line=call.lineno,
                forbids=_ALL_CALLS,
            )
            return


def _certain(file: File, one: Built, other: Built, call: ast.Call) -> bool:
    """Is it told by the order of the lines: both bound in the block that the call stands in or below?"""
    for each in (one, other):
        if file.function(each.call) is not file.function(call):
            return False
        around = {id(s) for s in (call, *file.ancestors(call))}
        block = file.block(each.holder)
        if not any(id(s) in around for s in block):
            return False
        looped = [a for a in file.ancestors(call) if isinstance(a, ast.For | ast.While | ast.AsyncFor)]
        if any(id(a) in {id(x) for x in file.ancestors(each.holder)} for a in looped):
            return False
    return True
