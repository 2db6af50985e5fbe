"""How a pipeline is loaded: number format, class, checkpoint, and where."""

import ast
from collections.abc import Iterator

from ....knowledge.diagnostics import WITHDRAWN
from ....knowledge.quantised import QUANTISERS
from ....knowledge.types import Diagnostic
from ..file import Function
from ..handlers import handler_of
from .seen import Fix, Seen, finding, instead, keyword_of, renamed_class, with_argument

_HALF = ("float16", "bfloat16")
_DTYPES = ("torch_dtype", "dtype")
_PARTS = ("controlnet", "vae", "unet", "transformer", "text_encoder", "text_encoder_2", "motion_adapter", "adapter")
_AUTO = ("AutoPipelineFor", "DiffusionPipeline")
_FROM = ("from_pretrained", "from_single_file")


def loading(seen: Seen) -> Iterator[Diagnostic]:
    """Everything that is wrong with how it is loaded."""
    if seen.one.maker is None:
        yield from _whole_precision(seen)
        yield from _hidden_class(seen)
        yield from _in_handler(seen)
    yield from _parts(seen)
    yield from _not_compiled(seen)


def _whole_precision(seen: Seen) -> Iterator[Diagnostic]:
    site, call = seen.site, seen.one.call
    asked = [k for k in _DTYPES if k in site.load_keywords]
    unread = site.dtype is None and (asked or any(k.arg is None for k in call.keywords))
    cast = any(h.slug == "autocast" for h in site.hazards)
    on_gpu = (site.device or "").split(":")[0] == "cuda"
    if site.constructor not in _FROM or not on_gpu or site.dtype in _HALF or unread or cast:
        return
    if QUANTISERS & {*site.applied}:
        return
    fix = None
    if "torch" in seen.file.imports:
        written = keyword_of(call, asked[0]) if asked else None
        if written is not None:
            fix = Fix("load it in float16", (instead(seen.source, written.value, "torch.float16"),))
        elif not asked:
            fix = Fix("load it in float16", (with_argument(seen.source, call, "torch_dtype=torch.float16"),))
    sentence = (
        f"{site.name} computes in float32 on a GPU: half precision is about twice as fast and takes half the memory"
    )
    yield finding(seen.source, "float32-on-gpu", call, sentence, fix)


def _hidden_class(seen: Seen) -> Iterator[Diagnostic]:
    written, behind, call = seen.site.pipeline_class, seen.pipeline_class, seen.one.call
    if not written.startswith(_AUTO) or not isinstance(call.func, ast.Attribute):
        return
    if behind == written:
        sentence = (
            f"{written} takes its class from the checkpoint; name the class, so that it can be seen what is called"
        )
        yield finding(seen.source, "auto-pipeline", call.func.value, sentence)
        return
    edits = renamed_class(seen.file, call.func.value, behind)
    fix = Fix(f"name {behind}", edits) if edits else None
    sentence = f"{written} hides that this is a {behind}"
    yield finding(seen.source, "auto-pipeline", call.func.value, sentence, fix)


def _in_handler(seen: Seen) -> Iterator[Diagnostic]:
    """Built where a server handles a request, and not kept: under no `if`, in no function that caches."""
    file, call = seen.file, seen.one.call
    around = [a for a in file.ancestors(call) if isinstance(a, Function)]
    kept = any("cache" in ast.unparse(d) for f in around for d in f.decorator_list)
    guarded = any(isinstance(a, ast.If) for a in file.ancestors(call))
    if not around or kept or guarded or (handler := handler_of(file, call)) is None:
        return
    sentence = f"{seen.site.name} is loaded anew for every request of {handler}; load it once, where the server starts"
    yield finding(seen.source, "built-in-handler", call, sentence)


def _parts(seen: Seen) -> Iterator[Diagnostic]:
    """Components that are loaded in float32 for a pipeline in half precision."""
    if seen.site.dtype not in _HALF:
        return
    moved = any(k not in seen.site.load_keywords for k in _DTYPES) and not {*_DTYPES} & {*seen.site.load_keywords}
    for name, given in seen.file.values.keywords(seen.one.call).items():
        if name not in _PARTS or moved:
            continue
        for part in [given, *seen.file.values.expressions(given)]:
            if (
                not isinstance(part, ast.Call)
                or not isinstance(part.func, ast.Attribute)
                or part.func.attr not in _FROM
            ):
                continue
            if {k.arg for k in part.keywords} & {*_DTYPES, None}:
                continue
            edit = with_argument(seen.source, part, f"torch_dtype=torch.{seen.site.dtype}")
            fix = Fix(f"load it in {seen.site.dtype}", (edit,)) if "torch" in seen.file.imports else None
            sentence = f"{name} is loaded in float32 and the pipeline in {seen.site.dtype}: they clash when they meet"
            yield finding(seen.source, "missing-dtype", part, sentence, fix)


def _not_compiled(seen: Seen) -> Iterator[Diagnostic]:
    slug = next((s for s in ("torchao", "quanto") if s in seen.site.applied), None)
    if slug is None or "compile" in seen.site.applied:
        return
    sentence = f"{slug} without torch.compile turns every weight back at every call: slower than float16; compile it"
    yield finding(seen.source, "quantised-not-compiled", seen.one.call, sentence)


def ids_and_keywords(seen: Seen) -> Iterator[Diagnostic]:
    """Ids that are gone, and keywords that are going."""
    for call in dict.fromkeys(b.call for b in seen.one.builds):
        first = call.args[0] if call.args else None
        old = first.value if isinstance(first, ast.Constant) else None
        new = WITHDRAWN.get(old) if isinstance(old, str) else None
        if first is not None and new is not None:
            quoted = seen.source.code(first).replace(str(old), new)
            fix = Fix(f"load {new}", (instead(seen.source, first, quoted),))
            yield finding(seen.source, "deprecated-id", first, f"{old} was taken off the hub; it is {new} now", fix)
        if (keyword := keyword_of(call, "torch_dtype")) is not None and keyword_of(call, "dtype") is None:
            text = f"dtype={seen.source.code(keyword.value)}"
            fix = Fix("write dtype (diffusers 0.36 or newer)", (instead(seen.source, keyword, text),))
            sentence = "torch_dtype is called dtype in newer versions of diffusers, and is to go with 1.0"
            yield finding(seen.source, "deprecated-keyword", keyword, sentence, fix)
