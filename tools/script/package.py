"""Pipelines that another file of the same package builds and returns."""

import ast
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from ...knowledge.types import Maker, PipelineSite, Script
from ..errors import UsageError
from ..textfile import read as read_file
from .analyse import Studied, Unreadable, read, returned, study_source
from .source import Source

Reader = Callable[[int, str], tuple[str, str] | None]
"""path and text of a module, by the dots before its name and the name; None where it is no file of the package"""
_UP = 4


def analyse_in_package(path: str, text: str, beside: Reader) -> Script | Unreadable:
    """What `analyse` says, with the pipelines that functions of the files beside it return."""
    studied = study_in_package(path, text, beside)
    return studied.script if isinstance(studied, Studied) else studied


def study_in_package(path: str, text: str, beside: Reader) -> Studied | Unreadable:
    """The same, with the syntax that it was read from."""
    source = read(path, text)
    if isinstance(source, Unreadable):
        return source
    return study_source(path, source, tuple(_makers(source, beside)))


@lru_cache(maxsize=64)
def _returned(path: str, text: str) -> dict[str, PipelineSite]:
    """Of a file that did not change nothing new is to be said."""
    return returned(path, text)


def _makers(source: Source, beside: Reader) -> Iterator[Maker]:
    for local, level, module, name in _imported(source.tree):
        if (found := beside(level, module)) is not None:
            for function, site in _returned(*found).items():
                if name is None:
                    yield Maker(name=f"{local}.{function}", path=found[0], site=site)
                elif name == function:
                    yield Maker(name=local, path=found[0], site=site)
        if name is not None and (part := beside(level, f"{module}.{name}".strip("."))) is not None:
            sites = _returned(*part).items()
            yield from (Maker(name=f"{local}.{f}", path=part[0], site=s) for f, s in sites)


def _imported(tree: ast.Module) -> Iterator[tuple[str, int, str, str | None]]:
    """What is imported: local name, dots, module, and the name in it (None: the module itself)."""
    for node in _statements(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, node.level, node.module or "", alias.name
        elif isinstance(node, ast.Import):
            yield from ((a.asname or a.name, 0, a.name, None) for a in node.names)


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every statement, from the outside in; expressions, of which there are many more, are not gone through."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        yield node
        for block in _BLOCKS:
            inner = getattr(node, block, None)
            waiting += inner if isinstance(inner, list) else ()


def on_disk(path: Path) -> Reader:
    """Modules beside a file: in its folder, or from a folder above it where the package begins."""
    folder = path.absolute().parent

    def module(level: int, name: str) -> tuple[str, str] | None:
        starts = [folder, *folder.parents][level - 1 : level] if level else [folder, *folder.parents][:_UP]
        parts = [p for p in name.split(".") if p]
        for start in starts if parts else ():
            for file in (start.joinpath(*parts).with_suffix(".py"), start.joinpath(*parts, "__init__.py")):
                if file.is_file() and file != path.absolute():
                    return _text(file, folder)
        return None

    return module


def _text(file: Path, folder: Path) -> tuple[str, str] | None:
    """Path from the script's folder, and text, of a module that speaks of diffusers; others return no pipeline."""
    try:
        text = read_file(file).text
    except UsageError:
        return None
    return (os.path.relpath(file, folder), text) if "diffusers" in text else None
