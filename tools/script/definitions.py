"""Write functions and classes of our own into a file: once, behind its imports, before anything can use them."""

import ast
from collections.abc import Iterator, Sequence

from . import syntax
from .built import Built
from .file import File
from .imports import first_use, is_docstring, uses_of
from .names import bindings, meant, scope_of
from .setup import NoPlace
from .source import Splices


def add(file: File, splices: Splices, one: Built, wanted: Sequence[str]) -> None:
    """Insert those definitions that the file lacks, two blank lines around each."""
    there = {ast.unparse(s) for s in file.source.tree.body}
    missing = [d.strip() for d in wanted if not {ast.unparse(s) for s in syntax.module(d).body} <= there]
    if not missing:
        return
    source, newline = file.source, file.source.newline
    blocks = (newline * 3).join(newline.join(d.splitlines()) for d in missing)
    anchor = _anchor(file, one)
    if anchor is None:
        splices.insert(_top(file), f"{blocks}{newline * 3}")
        return
    at = source.line_end(source.span(anchor)[1])
    splices.insert(at, f"{newline * 3}{blocks}{newline * max(0, 2 - _blank_lines(file, at))}")


def refuse_taken(file: File, one: Built, wanted: Sequence[str]) -> None:
    """Raise NoPlace where a name that is to be defined means something else at a place that would use it."""
    defined = {name: ast.unparse(s) for d in wanted for s in syntax.module(d).body for name in _names(s)}
    for name, bound in bindings(file, defined).items():
        for use in uses_of(one) if bound else ():
            scope = meant(file, bound, use)
            for other in bound:
                if scope_of(file, other) is not scope or ast.unparse(file.statement(other)) == defined[name]:
                    continue
                line = getattr(other, "lineno", 0)
                raise NoPlace(f"the script calls something else {name} at line {line}; rename it there")


def names_used(wanted: Sequence[str]) -> set[str]:
    """Every name that the definitions read: what they need imported at the module's level."""
    return {n.id for d in wanted for n in ast.walk(syntax.module(d)) if isinstance(n, ast.Name)}


def _names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        yield from (t.id for t in statement.targets if isinstance(t, ast.Name))


def _anchor(file: File, one: Built) -> ast.stmt | None:
    """The last import at the head of the file, with the `if` or `try` around it; else the docstring."""
    body = file.source.tree.body
    around = {id(a) for u in uses_of(one) for a in file.ancestors(u)}
    first = min(first_use(body), *(s.lineno for s in body if id(s) in around))
    imports = [s for s in body if s.lineno < first and _imports(s) and _alone(file, s)]
    documented = [s for s in body[:1] if is_docstring(s) and _alone(file, s)]
    return next(iter((*reversed(imports), *documented)), None)


def _imports(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If | ast.Try):
        return any(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(statement))
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _alone(file: File, statement: ast.stmt) -> bool:
    """Does nothing but a comment follow it on its line?"""
    end = file.source.span(statement)[1]
    rest = file.source.data[end : file.source.line_end(end)].decode("utf-8", "replace").strip()
    return not rest or rest.startswith("#")


def _top(file: File) -> int:
    """Before the first statement and what decorates it; behind the comments above it."""
    body = file.source.tree.body
    if not body:
        return len(file.source.data)
    first = body[0]
    return file.source.offset(min(n.lineno for n in (first, *getattr(first, "decorator_list", ()))), 0)


def _blank_lines(file: File, at: int) -> int:
    """How many empty lines stand behind the line that ends at `at`; enough where the file ends there."""
    rest = file.source.data[at:].decode("utf-8", "replace").splitlines()[1:]
    count = next((n for n, line in enumerate(rest) if line.strip()), None)
    return 2 if count is None else count
