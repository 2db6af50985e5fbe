"""Add imports once, beside the ones that are there."""

import ast
import re
from collections.abc import Sequence

from ...knowledge.types import Import
from .built import Built
from .file import File, Function
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
    """`import A` becomes `import A, B`, in order where the names are in order; a list with a name a line gets lines."""
    source = file.source
    there = statement.names
    _, statement_end = source.span(statement)
    ordered = [a.name for a in there] == sorted(a.name for a in there)
    for name in names:
        behind = next((a for a in there if a.name > name), None) if ordered else None
        node = behind or there[-1]
        start, end = source.span(node)
        before = source.data[source.line_start(start) : start].decode("utf-8", "replace")
        tail = source.data[end:statement_end].decode("utf-8", "replace")
        own_line = before.strip() == "" and "(" in source.code(statement)
        if behind is not None:
            splices.insert(start, f"{name},{source.newline}{before}" if own_line else f"{name}, ")
        elif own_line and re.match(r"\s*,?[ \t]*(#[^\r\n]*)?\r?\n", tail):
            if not re.match(r"\s*,", tail):
                splices.insert(end, ",")
            splices.insert(source.line_end(end), f"{source.newline}{before}{name},")
        else:
            splices.insert(end, f", {name}")


def _new_lines(file: File, splices: Splices, lines: Sequence[str]) -> None:
    source, body = file.source, file.source.tree.body
    group = _group(file)
    keys = [_key(ast.unparse(n)) for n in group]
    for line in lines:
        behind = next((n for n, k in zip(group, keys, strict=True) if k > _key(line)), None)
        if behind is not None and keys == sorted(keys):
            splices.insert(source.span(behind)[0], f"{line}{source.newline}")
        elif group:
            splices.insert(source.line_end(source.span(group[-1])[1]), f"{source.newline}{line}")
        elif body and _is_docstring(body[0]):
            first = line is lines[0]
            splices.insert(source.line_end(source.span(body[0])[1]), source.newline * (2 if first else 1) + line)
        elif body:
            top = min(n.lineno for n in (body[0], *getattr(body[0], "decorator_list", ())))
            splices.insert(source.offset(top, 0), f"{line}{source.newline}")


def _key(line: str) -> tuple[bool, str]:
    """Order of import lines: `import a` before `from a import b`, by module."""
    words = line.split()
    return words[0] == "from", words[1].lower()


def _group(file: File) -> list[ast.stmt]:
    """Import statements beside which new ones go: those in a row with the import of diffusers, else with the last."""
    source, body = file.source, file.source.tree.body
    groups: list[list[ast.stmt]] = []
    for before, node in zip([None, *body], body, strict=False):
        if (
            not isinstance(node, ast.Import | ast.ImportFrom)
            or node.lineno > _first_use(body)
            or not _alone(file, node)
        ):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            groups.append([node])
        elif groups and groups[-1][-1] is before and not _is_future(before) and _next_line(file, before, node):
            groups[-1].append(node)
        else:
            groups.append([node])
    of_diffusers = [g for g in groups if any(ast.unparse(n).split()[1].split(".")[0] == "diffusers" for n in g)]
    usual = [g for g in groups if source.indent(g[0]) == ""]
    return next(iter(of_diffusers), usual[-1] if usual else [])


def _is_future(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _next_line(file: File, before: ast.stmt | None, node: ast.stmt) -> bool:
    return before is not None and node.lineno == (before.end_lineno or before.lineno) + 1


def _alone(file: File, node: ast.stmt) -> bool:
    """Does it have its lines to itself?"""
    source = file.source
    _, end = source.span(node)
    rest = source.data[end : source.line_end(end)].decode("utf-8", "replace").strip()
    return source.indent(node) is not None and (not rest or rest.startswith("#"))


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
