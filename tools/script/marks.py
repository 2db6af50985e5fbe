"""By which calls a method shows in a script: read off the code that the method itself would write there."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ...knowledge.catalogue import METHODS
from ...knowledge.method import Method
from ...knowledge.pipelines import CARDS
from ...knowledge.situation import situation_at
from ...knowledge.types import Change, Device, PipelineSite, Plan, Position
from . import syntax

_GENERAL = frozenset(
    ("to", "half", "float", "cuda", "cpu", "eval", "compile", "set_params", "enable", "disable", "update")
) | {
    *(
        "from_pretrained",
        "from_config",
        "from_single_file",
        "load_lora_weights",
        "set_adapters",
        "fuse_lora",
        "getattr",
    ),
    *("set_progress_bar_config", "torch.device"),
}
"""what scripts call for other reasons too"""
_DEFINES = ast.FunctionDef | ast.ClassDef
_AT = Position(line=1, column=0)
_LIBRARIES = {"diffusers": "0.42", "torch": "2.9"}


@dataclass(frozen=True)
class Mark:
    """The method that a name shows, and whether its statement speaks of the pipeline: a library's switch does not."""

    slug: str
    of_pipeline: bool


@cache
def marks() -> Mapping[str, Mark]:
    """What is called or assigned to -> its method; only names that one method alone has.

    A function of a module goes by its dotted name, anything else by its last.
    """
    found: dict[str, set[Mark]] = {}
    for kind in METHODS:
        for change in _changes(kind):
            for line in _code(change):
                mark = Mark(kind.slug, "{pipe}" in line)
                for name in _in_line(line.replace("{pipe}", "pipe"), change):
                    found.setdefault(name, set()).add(mark)
    general = _GENERAL | {*dir(builtins)}
    single = {n: m for n, m in found.items() if len({x.slug for x in m}) == 1 and n not in general}
    return MappingProxyType({n: Mark(next(iter(m)).slug, any(x.of_pipeline for x in m)) for n, m in single.items()})


def _changes(kind: type[Method]) -> Iterator[Change]:
    """What it writes into scripts of every pipeline that it fits, with each of its named settings."""
    for card in CARDS:
        site = PipelineSite(name="pipe", start=_AT, end=_AT, pipeline_class=card.pipeline_class, model_id=card.model_id)
        device = Device(kind="cuda", name="a GPU", memory_mb=24_000, bf16=True)
        here = situation_at(site, device, _LIBRARIES)
        for method in _settings(kind) if here.backbone in kind.fits else ():
            plan = Plan(steps=(method.step(),))
            if method.misfit(here, plan) is None:
                yield method.change(here, plan)


def _settings(kind: type[Method]) -> Iterator[Method]:
    yield kind()
    for name, values in kind.genes():
        named = [v for v in values if isinstance(v, str)]
        yield from (kind(**{name: v}) for v in named)  # pyright: ignore[reportArgumentType]


def _code(change: Change) -> Iterator[str]:
    yield from change.setup
    for value in (*change.load_keywords.values(), *change.call_keywords.values()):
        yield f"{{pipe}}({value})"
    for definition in change.definitions:
        yield from (f"{s.name}({{pipe}})" for s in syntax.module(definition).body if isinstance(s, _DEFINES))


def _in_line(line: str, change: Change) -> Iterator[str]:
    """What a line calls, and what it sets that is not the pipeline's."""
    imported = {i.name for i in change.imports if i.name}
    modules = {i.module.partition(".")[0] for i in change.imports if not i.name}
    for node in ast.walk(syntax.module(line)):
        if isinstance(node, ast.Call):
            names = [n.id for n in ast.walk(node.func) if isinstance(n, ast.Name)]
            yield from (n for n in names if n in imported)
            if names[:1] and names[0] in modules:
                yield ast.unparse(node.func)
            elif names != ["pipe"] or isinstance(node.func, ast.Attribute):
                yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        elif isinstance(node, ast.Assign):
            texts = (ast.unparse(t) for t in node.targets)
            yield from (t for t in texts if "." in t and not t.startswith("pipe."))
