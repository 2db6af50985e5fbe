"""Which acceleration methods a script already uses, by the calls that switch them on."""

import ast
from collections.abc import Iterator

from .built import Built
from .file import File
from .follow import belongs

_BY_NAME = {
    "DeepCacheSDHelper": "deepcache",
    "SDCFGCutoffCallback": "guidance_cutoff",
    "SDXLCFGCutoffCallback": "guidance_cutoff",
    "fuse_qkv_projections": "fused_qkv",
    "compile_repeated_blocks": "compile",
}


def applied_methods(file: File, one: Built, dtype: str | None) -> list[str]:
    """Slugs in the catalogue's order of appearance, each once."""
    found = ["precision"] if dtype in ("float16", "bfloat16") else []
    for node in file.nodes:
        if isinstance(node, ast.Call) and (slug := _switched_on(file, node)) and _concerns(file, one, node):
            found.append(slug)
    return list(dict.fromkeys(found))


def _switched_on(file: File, call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    origin = file.origin(call.func)
    real = origin.rpartition(".")[2] or name
    if real in _BY_NAME:
        return _BY_NAME[real]
    if origin == "tomesd.apply_patch":
        return "tome"
    if origin.startswith("tgate.") and real.endswith("Loader"):
        return "tgate"
    if origin == "torch.compile" or (name == "compile" and isinstance(call.func, ast.Attribute) and not origin):
        return "compile"
    if any(k.arg == "memory_format" and ast.unparse(k.value).endswith("channels_last") for k in call.keywords):
        return "channels_last"
    return None


def _concerns(file: File, one: Built, call: ast.Call) -> bool:
    """Is the pipeline mentioned in the call, or is the call an argument of one of the pipeline's own calls?"""
    around = {a for a in file.ancestors(call) if isinstance(a, ast.Call)}
    return any(c in around for c in one.calls) or any(belongs(file, one, n) for n in _mentions(call)) or not one.names


def _mentions(call: ast.Call) -> Iterator[ast.expr]:
    for node in ast.walk(call):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node
