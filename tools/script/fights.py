"""Settings of a script that work against each other: pointed out, and mended by nobody but its owner."""

import ast
from collections.abc import Iterator, Sequence

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.offloading import OFFLOADS
from ...knowledge.types import Hazard
from .built import Built
from .file import File
from .follow import belongs
from .given import arguments_of

_WHOLE = ("enable_model_cpu_offload",)
_PIECES = ("enable_sequential_cpu_offload",)


def fights_of(
    file: File, one: Built, dtype: str | None, device: str | None, applied: Sequence[str]
) -> Iterator[Hazard]:
    """Every pair of settings of which one undoes or slows down the other."""
    whole, pieces = (_first(file, one, names) for names in (_WHOLE, _PIECES))
    offloaded = whole or pieces
    if offloaded is not None:
        yield from _offload(file, one, offloaded, device)
    if whole is not None and pieces is not None:
        line = max(whole.lineno, pieces.lineno)
        yield _fight(line, "two kinds of offloading are switched on; keep the one of whole models, which is faster")
    slicing = _first(file, one, ("enable_attention_slicing",))
    better = _first(file, one, ("enable_xformers_memory_efficient_attention", "set_attention_backend"))
    if slicing is not None and better is not None:
        sentence = f"attention slicing and the attention of line {better.lineno} exclude each other; leave slicing out"
        yield _fight(slicing.lineno, sentence)
    if dtype == "float16" and device == "cpu":
        yield _fight(one.call.lineno, "float16 on a CPU is emulated and slow; use bfloat16 or float32")
    yield from _compiled_early(file, one)
    yield from _clashes(one, applied)
    yield from _unread_negative(file, one)
    yield from _autocast(file, one)


def _fight(line: int, sentence: str, forbids: tuple[str, ...] = ()) -> Hazard:
    return Hazard(slug="fight", sentence=f"line {line}: {sentence}", line=line, forbids=forbids)


def _first(file: File, one: Built, names: Sequence[str]) -> ast.Call | None:
    """The first call of a method of the pipeline, or of a part of it."""
    calls = (c for name in names for c in file.called.get(name, ()))
    mine = (c for c in calls if isinstance(c.func, ast.Attribute) and belongs(file, one, c.func.value))
    return min(mine, key=lambda c: c.lineno, default=None)


def _offload(file: File, one: Built, call: ast.Call, device: str | None) -> Iterator[Hazard]:
    if device is not None and device.split(":")[0] in ("cuda", "mps", "xpu"):
        sentence = f"the pipeline is moved to {device} and offloaded from there; leave the move out"
        yield _fight(call.lineno, sentence)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _PIECES:
        yield Hazard(
            slug="offloaded",
            sentence=f"line {call.lineno}: the weights come to the device piece by piece, "
            "so neither compiling nor another memory layout holds",
            line=call.lineno,
            forbids=("compile", "layout"),
        )


def _compiled_early(file: File, one: Built) -> Iterator[Hazard]:
    """A LoRA that is loaded into a compiled denoiser."""
    lora = _first(file, one, ("load_lora_weights",))
    compiled = [c for c in file.called.get("compile", ()) if any(belongs(file, one, a) for a in c.args)]
    early = next((c for c in compiled if lora is not None and c.lineno < lora.lineno), None)
    if lora is not None and early is not None:
        yield _fight(lora.lineno, f"a LoRA is loaded into what was compiled at line {early.lineno}; load it before")


def _clashes(one: Built, applied: Sequence[str]) -> Iterator[Hazard]:
    for n, slug in enumerate(applied):
        kind = CATALOGUE.get(slug)
        for other in applied[n + 1 :]:
            against = CATALOGUE.get(other)
            if {slug, other} <= OFFLOADS:
                continue  # that is said of the calls themselves
            if (kind and other in kind.clashes) or (against and slug in against.clashes):
                yield _fight(one.call.lineno, f"{slug} and {other} cannot work together; leave one out")


def _unread_negative(file: File, one: Built) -> Iterator[Hazard]:
    """A negative prompt that guidance never looks at."""
    for call in one.calls:
        given = arguments_of(file, one, call)
        scale = file.values.of(given.get("guidance_scale"))
        if "negative_prompt" in given and isinstance(scale, int | float) and scale <= 1:
            yield _fight(call.lineno, f"guidance_scale={scale} switches guidance off, so negative_prompt is not read")


def _autocast(file: File, one: Built) -> Iterator[Hazard]:
    """A call under `with torch.autocast(...)` computes in half precision already, from whole weights."""
    for call in one.calls:
        opened = (a for a in file.ancestors(call) if isinstance(a, ast.With | ast.AsyncWith))
        given = [i.context_expr for w in opened for i in w.items]
        cast = next((c for c in given if isinstance(c, ast.Call) and file.called_name(c) == "autocast"), None)
        if cast is not None:
            yield Hazard(
                slug="autocast",
                sentence=f"line {cast.lineno}: autocast already computes in half precision; "
                "load the weights in it instead, and take autocast away",
                line=cast.lineno,
                forbids=("precision",),
            )
            return
