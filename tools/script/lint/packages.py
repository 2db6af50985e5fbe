"""Libraries by a wrong name: what is installed, and what is imported."""

import ast
from collections.abc import Iterator

from ....knowledge.diagnostics import BY_CODE
from ....knowledge.packages import MODULES, wrong_packages
from ....knowledge.types import Diagnostic, Position, Replacement
from ..file import File
from .seen import finding

_SEVERITY = BY_CODE["wrong-package"].severity


def packages(file: File) -> Iterator[Diagnostic]:
    """Every wrong name in a file that is about diffusers."""
    for number, line in enumerate(file.source.text.splitlines() if "install" in file.source.text else (), 1):
        for column, name, right in wrong_packages(line) if "install" in line else ():
            start, end = Position(line=number, column=column), Position(line=number, column=column + len(name))
            yield Diagnostic(
                code="wrong-package",
                severity=_SEVERITY,
                sentence=f"the package {name} is not the one that is meant: install {right}",
                start=start,
                end=end,
                fix=f"install {right}",
                edits=(Replacement(start=start, end=end, text=right),),
            )
    for kind in (ast.Import, ast.ImportFrom):
        for node in file.kinds.get(kind, ()):
            yield from _imported(file, node)


def _imported(file: File, node: ast.AST) -> Iterator[Diagnostic]:
    if isinstance(node, ast.Import):
        named = [a.name for a in node.names]
    else:
        named = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
    for name in named:
        if (right := MODULES.get(name.partition(".")[0])) is not None and isinstance(node, ast.stmt):
            yield finding(file.source, "wrong-package", node, f"there is no module {name}: it is imported as {right}")
