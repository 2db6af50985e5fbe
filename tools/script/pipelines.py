"""Where a file builds diffusers pipelines. Syntax tree only."""

import ast
from collections import Counter

from .built import Build, Built
from .file import File
from .follow import RETURNS_ITSELF, collect_calls, names_of, spread, targets

LOADERS = ("from_pretrained", "from_single_file", "from_pipe")
INLINE = "<inline>"


def find(file: File) -> list[Built]:
    """Every pipeline that the file builds, in order, with its names and calls."""
    found: list[Built] = []
    for node in file.nodes:
        if isinstance(node, ast.Call) and (kind := _built(file, node)) is not None:
            one = _held(file, node, *kind)
            twin = next((b for b in found if _same(file, b, one)), None)
            if twin is None:
                found.append(one)
            else:
                twin.builds += one.builds
    for one in found:
        one.builds.sort(key=lambda b: (b.call.lineno, b.call.col_offset))
    for one in found:
        _limit(file, one, found)
        spread(file, one)
    found.sort(key=lambda b: (b.call.lineno, b.call.col_offset))
    collect_calls(file, found)
    _tell_apart(file, found)
    return found


def pipeline_class(file: File, node: ast.expr) -> str | None:
    """`StableDiffusionPipeline` where `node` names a pipeline class of diffusers."""
    origin = file.origin(node)
    name = origin.rpartition(".")[2]
    known = name.endswith("Pipeline") or name.startswith("AutoPipelineFor")
    return name if origin.startswith("diffusers.") and known else None


def _built(file: File, call: ast.Call) -> tuple[str, str] | None:
    """Class and loader, where `call` builds a pipeline."""
    if (maker := file.makers.get(file.text(call.func))) is not None:
        return maker.site.pipeline_class, maker.name
    if isinstance(call.func, ast.Attribute) and call.func.attr in LOADERS:
        name = pipeline_class(file, call.func.value)
        return (name, call.func.attr) if name else None
    name = pipeline_class(file, call.func)
    return (name, "__init__") if name else None


def _held(file: File, call: ast.Call, name: str, loader: str) -> Built:
    whole: ast.expr = call
    while (
        isinstance(attribute := file.parents.get(whole), ast.Attribute)
        and attribute.attr in RETURNS_ITSELF
        and isinstance(chained := file.parents.get(attribute), ast.Call)
        and chained.func is attribute
    ):
        whole = chained
    holder = file.statement(whole)
    one = Built([Build(call, whole, holder)], name, loader, INLINE, file.makers.get(file.text(call.func)))
    for target in targets(holder, whole):
        one.know(names_of(file, target))
    scope = file.function(call)
    if one.names:
        one.name, one.bound = one.names[0].text, True
    elif isinstance(holder, ast.Return) and holder.value is whole and scope is not None:
        one.name = f"{scope.name}()"
    return one


def _same(file: File, one: Built, other: Built) -> bool:
    """Do both fill the same name with the same class, here or there, and not one after the other?"""
    alike = one.bound and other.bound and one.names[0] == other.names[0] and one.pipeline_class == other.pipeline_class
    return alike and not any(other.holder in file.block(b.holder) for b in one.builds)


def _limit(file: File, one: Built, found: list[Built]) -> None:
    """Where one block binds a name to one pipeline after another, each has it for its own lines."""
    block = file.block(one.holder)
    twins = [b for b in found if b is not one and b.bound and one.bound and b.names[0] == one.names[0]]
    for other in (b.holder for b in twins if b.holder in block):
        if other.lineno < one.holder.lineno:
            one.inherits = True
        elif one.heir is None or other.lineno < one.heir.lineno:
            one.heir = other


def _tell_apart(file: File, found: list[Built]) -> None:
    """Pipelines of one name are called by their function or class too, and numbered where that is not enough."""
    often = Counter(b.name for b in found)
    for one in found:
        if often[one.name] > 1:
            scope = one.names[0].scope if one.names else None
            if isinstance(scope, ast.ClassDef):
                one.name = f"{scope.name}.{one.name.partition('.')[2] or one.name}"
            elif (around := file.qualified(one.call)) is not None:
                one.name = f"{around}.{one.name}"
    seen: Counter[str] = Counter()
    for one in found:
        seen[one.name] += 1
        if seen[one.name] > 1:
            one.name = f"{one.name}#{seen[one.name]}"
