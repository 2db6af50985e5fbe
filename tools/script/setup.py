"""Where a pipeline is ready, and how statements get there: after it is built and configured, before it is used."""

import ast
import sys
from collections.abc import Collection, Sequence

from . import syntax
from .built import Build, Built
from .file import File
from .folding import folded
from .follow import belongs, is_pipeline
from .source import Splices

_CONFIGURING = ("tomesd", "DeepCache", "tgate", "torch")
if sys.version_info >= (3, 11):
    _Tried = ast.Try | ast.TryStar
else:
    _Tried = ast.Try
_COMPOUND = _Tried | ast.Match | ast.With | ast.AsyncWith
_LEAVES = ast.Return | ast.Raise | ast.Continue | ast.Break


class NoPlace(Exception):
    """The script has no room for the change where it would have to stand; one sentence."""


def fresh_name(file: File) -> str:
    """A name for a pipeline that has none."""
    taken = {n.id for n in file.nodes if isinstance(n, ast.Name)} | {
        n.arg for n in file.nodes if isinstance(n, ast.arg)
    }
    taken |= {*file.functions, *file.classes, *file.imports}
    return next(n for n in ("pipe", "pipeline", "diffusion_pipeline", "accelerated_pipeline") if n not in taken)


def insert(
    file: File,
    splices: Splices,
    one: Built,
    wanted: Sequence[str],
    first: str | None = None,
    lacking: Collection[ast.stmt] = (),
) -> None:
    """Put statements behind the last one that configures the pipeline, wherever it is built.

    `first` goes before them, at those places that are `lacking` it.
    """
    if not one.bound:
        lines = [*([first] if first is not None and lacking else []), *wanted]
        _bind_first(file, splices, one, _rendered(lines, fresh_name(file)))
        return
    for place in regions(file, one):
        there = {ast.unparse(s) for s in file.block(place)} if wanted else set[str]()
        name = one.names[0].text
        missing = [s for s in _rendered(wanted, name) if ast.unparse(syntax.module(s)) not in there]
        if first is not None and place in lacking:
            missing = [*_rendered([first], name), *missing]
        if missing:
            after(file, splices, place, missing)


def _rendered(wanted: Sequence[str], name: str) -> list[str]:
    return [line.replace("{pipe}", name) for line in wanted]


def regions(file: File, one: Built) -> dict[ast.stmt, list[ast.stmt]]:
    """The statements behind which the pipeline is ready: one for each place where it is built, or one for all.

    With each come the statements from where it is built to there.
    """
    found: dict[ast.stmt, list[ast.stmt]] = {}
    for build in one.builds:
        region = _region(file, one, build)
        found.setdefault(region[-1], region)
    return found


def _region(file: File, one: Built, build: Build) -> list[ast.stmt]:
    """Up to the last statement that only configures the pipeline, before anything else is done with it."""
    holder = _outermost(file, one, build)
    block = file.block(holder)
    first = last = block.index(holder)
    for n, statement in enumerate(block[first + 1 :], first + 1):
        if _configures(file, one, statement):
            last = n
        elif _uses(file, one, statement) or isinstance(statement, _LEAVES):
            break
    return block[first : last + 1]


def _outermost(file: File, one: Built, build: Build) -> ast.stmt:
    """Built on every way through an `if` or `try` and used behind it: the set-up goes behind it too."""
    holder = build.holder
    while isinstance(parent := file.parents.get(holder), ast.If | ast.Try | ast.ExceptHandler):
        if isinstance(parent, ast.ExceptHandler):
            holder, parent = parent, file.parents[parent]
        if not isinstance(parent, ast.If | ast.Try) or not _always_builds(one, [parent]) or is_called(one, parent):
            break
        after = file.block(parent)
        if not any(_mentions(file, one, s) for s in after[after.index(parent) + 1 :]):
            break
        holder = parent
    return holder if isinstance(holder, ast.stmt) else build.holder


def _always_builds(one: Built, block: Sequence[ast.stmt]) -> bool:
    """Is the pipeline built whichever way these statements go, unless they are left?"""
    for statement in block:
        if isinstance(statement, _LEAVES) or any(statement is b.holder for b in one.builds) or _exits(statement):
            return True
        if (
            isinstance(statement, ast.If)
            and _always_builds(one, statement.body)
            and _always_builds(one, statement.orelse)
        ):
            return True
        if isinstance(statement, ast.Try):
            handled = all(_always_builds(one, h.body) for h in statement.handlers)
            if handled and _always_builds(one, [*statement.body, *statement.orelse]):
                return True
    return False


def _exits(statement: ast.stmt) -> bool:
    """`sys.exit(...)`, `exit(...)`, `parser.error(...)`"""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in (
        "exit",
        "quit",
        "_exit",
        "error",
    )


def _configures(file: File, one: Built, statement: ast.stmt) -> bool:
    if is_called(one, statement) or any(statement in (b.holder, *file.ancestors(b.holder)) for b in one.builds):
        return False
    if isinstance(statement, ast.If):
        return _only_configures(file, one, [*statement.body, *statement.orelse])
    if isinstance(statement, _COMPOUND):
        left = any(isinstance(n, ast.Return | ast.Continue | ast.Break) for n in ast.walk(statement))
        return not left and _only_configures(file, one, _inner(statement))
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return any(belongs(file, one, t) for t in _targets(statement))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if isinstance(call.func, ast.Attribute) and belongs(file, one, call.func.value):
            return True
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
            return belongs(file, one, call.args[0])
        handed = any(belongs(file, one, a) for a in (*call.args, *(k.value for k in call.keywords)))
        return handed and file.origin(call.func).split(".")[0] in _CONFIGURING
    return False


def _only_configures(file: File, one: Built, statements: Sequence[ast.stmt]) -> bool:
    relevant = [s for s in statements if _mentions(file, one, s)]
    return bool(relevant) and all(_configures(file, one, s) for s in relevant)


def _inner(statement: _COMPOUND) -> list[ast.stmt]:
    """The statements of all its blocks."""
    if isinstance(statement, ast.Match):
        return [s for case in statement.cases for s in case.body]
    if isinstance(statement, ast.With | ast.AsyncWith):
        return statement.body
    handled = [s for h in statement.handlers for s in h.body]
    return [*statement.body, *handled, *statement.orelse, *statement.finalbody]


def _targets(statement: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    """What is assigned to, with the parts of a tuple one by one."""
    found = list(statement.targets) if isinstance(statement, ast.Assign) else [statement.target]
    return [p for t in found for p in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]


def is_called(one: Built, statement: ast.stmt) -> bool:
    """Does a call of the pipeline stand in it?"""
    inside = set(ast.walk(statement))
    return any(call in inside for call in one.calls)


def _mentions(file: File, one: Built, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return any(isinstance(n, ast.Name | ast.Attribute) and is_pipeline(file, one, n) for n in ast.walk(statement))


def _uses(file: File, one: Built, statement: ast.stmt) -> bool:
    """Does it mention the pipeline, or call a function of the file that may?"""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return calls_own(file, statement) or _mentions(file, one, statement)


def calls_own(file: File, statement: ast.stmt) -> bool:
    """Does it call a function or class of this file by name?"""
    called = (n.func for n in ast.walk(statement) if isinstance(n, ast.Call))
    return any(isinstance(f, ast.Name) and (f.id in file.functions or f.id in file.classes) for f in called)


def after(file: File, splices: Splices, statement: ast.stmt, statements: Sequence[str]) -> None:
    """New lines behind a statement; `; ` where it shares its line with others."""
    source = file.source
    _, end = source.span(statement)
    line_end = source.line_end(end)
    rest = source.data[end:line_end].decode("utf-8", "replace").strip()
    beside = [source.indent(s) for s in file.block(statement) if s.lineno == statement.lineno]
    indent = next((i for i in beside if i is not None), None)
    if indent is None or (rest and not rest.startswith("#")):
        splices.insert(end, "".join(f"; {s}" for s in statements))
        return
    lines = [line for s in statements for line in folded(s, indent)]
    splices.insert(line_end, "".join(f"{source.newline}{indent}{line}" for line in lines))


def _bind_first(file: File, splices: Splices, one: Built, statements: Sequence[str]) -> None:
    """The pipeline has no name: give it one on a line before, and use the name where it was built."""
    source = file.source
    indent = source.indent(one.holder) or ""
    name = fresh_name(file)
    start, end = source.span(one.whole)
    before, _ = source.span(one.holder)
    lines = [f"{name} = {source.code(one.whole)}", *(line for s in statements for line in folded(s, indent))]
    splices.insert(before, "".join(f"{line}{source.newline}{indent}" for line in lines))
    splices.replace(start, end, name)


def check_hoisting(file: File, one: Built) -> None:
    """Raise NoPlace where a pipeline without a name cannot be given one."""
    if file.source.indent(one.holder) is None or not _can_be_hoisted(file, one):
        line = one.whole.lineno
        raise NoPlace(f"the pipeline is built inside another expression at line {line}; bind it to a name first")


def _can_be_hoisted(file: File, one: Built) -> bool:
    """Only where it is evaluated once and unconditionally: not in a lambda, comprehension, walrus or `and`."""
    for node in file.ancestors(one.whole):
        if node is one.holder:
            return isinstance(node, ast.Return | ast.Assign | ast.Expr | ast.AnnAssign)
        if not isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.keyword):
            return False
    return False
