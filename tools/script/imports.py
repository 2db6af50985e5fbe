"""Add imports once, beside the ones that are there."""

import ast
import re
from collections.abc import Sequence

from ...knowledge.types import Import
from .pipelines import Built, File, Function
from .source import Splices


def add(file: File, splices: Splices, one: Built, wanted: Sequence[Import]) -> None:
    """Extend `from module import ...` where there is one, else write a new line behind the module's imports."""
    lines: list[str] = []
    grouped: dict[str, list[str]] = {}
    for each in wanted:
        if each.name is None:
            if not _module_there(file, each.module):
                lines.append(f"import {each.module}")
        elif not _name_there(file, one, each):
            grouped.setdefault(each.module, []).append(each.name)
    for module, names in grouped.items():
        there = _statement_for(file, one, module)
        if there is not None:
            _extend(file, splices, there, names)
        else:
            lines.append(f"from {module} import {', '.join(names)}")
    if lines:
        _new_lines(file, splices, lines)


def _reachable(file: File, one: Built, node: ast.stmt) -> bool:
    """At module level, or in the function that builds the pipeline."""
    around = file.function(node)
    return file.parents.get(node) is file.source.tree or (around is not None and around is file.function(one.call))


def _module_there(file: File, module: str) -> bool:
    return any(
        isinstance(n, ast.Import) and any(a.name == module and a.asname is None for a in n.names)
        for n in file.source.tree.body
    )


def _name_there(file: File, one: Built, each: Import) -> bool:
    return any(
        isinstance(n, ast.ImportFrom)
        and n.module == each.module
        and not n.level
        and any(a.name == each.name and a.asname is None for a in n.names)
        and _reachable(file, one, n)
        for n in ast.walk(file.source.tree)
    )


def _statement_for(file: File, one: Built, module: str) -> ast.ImportFrom | None:
    found = [
        n
        for n in ast.walk(file.source.tree)
        if isinstance(n, ast.ImportFrom) and n.module == module and not n.level and n.names[0].name != "*"
    ]
    module_level = [n for n in found if file.parents.get(n) is file.source.tree]
    local = [
        n for n in found if _reachable(file, one, n) and all(file.function(c) is file.function(n) for c in one.calls)
    ]
    return next(iter(module_level or local), None)


def _extend(file: File, splices: Splices, statement: ast.ImportFrom, names: Sequence[str]) -> None:
    """`import A` becomes `import A, B`; a list with a name a line gets lines."""
    source = file.source
    last = statement.names[-1]
    start, end = source.span(last)
    _, statement_end = source.span(statement)
    before = source.data[source.line_start(start) : start].decode("utf-8", "replace")
    tail = source.data[end:statement_end].decode("utf-8", "replace")
    if before.strip() == "" and re.match(r"\s*,?[ \t]*(#[^\r\n]*)?\r?\n", tail):
        comma = "" if re.match(r"\s*,", tail) else ","
        if comma:
            splices.insert(end, comma)
        lines = [f"{source.newline}{before}{n}," for n in names]
        splices.insert(source.line_end(end), "".join(lines))
    else:
        splices.insert(end, "".join(f", {n}" for n in names))


def _new_lines(file: File, splices: Splices, lines: Sequence[str]) -> None:
    source, body = file.source, file.source.tree.body
    imports = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    leading = [n for n in imports if n.lineno < _first_use(body)]
    text = "".join(f"{line}{source.newline}" for line in lines)
    if leading:
        _, end = source.span(leading[-1])
        at = source.line_end(end)
        splices.insert(at, "".join(f"{source.newline}{line}" for line in lines))
    elif body and _is_docstring(body[0]):
        at = source.line_end(source.span(body[0])[1])
        splices.insert(at, source.newline + source.newline + text.rstrip("\r\n"))
    elif body:
        splices.insert(source.line_start(source.span(body[0])[0]), text)


def _first_use(body: Sequence[ast.stmt]) -> int:
    """The line of the first module-level statement that is neither import, docstring, `if` nor `try` around imports."""
    for node in body:
        harmless = isinstance(node, ast.Import | ast.ImportFrom | ast.If | ast.Try) or _is_docstring(node)
        if not harmless and not isinstance(node, ast.Assign | ast.Expr):
            return node.lineno
        if isinstance(node, Function | ast.ClassDef):
            return node.lineno
    return 1 << 30


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
