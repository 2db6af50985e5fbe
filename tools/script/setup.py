"""Where a pipeline is ready, and how statements get there: after it is built and configured, before it is used."""

import ast

from .pipelines import Built, File, is_pipeline
from .source import Splices


class NoPlace(Exception):
    """The pipeline is built inside an expression that has no room for statements; one sentence."""


def fresh_name(file: File) -> str:
    """A name for a pipeline that has none."""
    taken = {n.id for n in ast.walk(file.source.tree) if isinstance(n, ast.Name)}
    return next(n for n in ("pipe", "pipeline", "diffusion_pipeline", "accelerated_pipeline") if n not in taken)


def insert(file: File, splices: Splices, one: Built, statements: list[str]) -> None:
    """Put `statements` behind the last one that configures the pipeline."""
    if one.bound:
        _after(file, splices, _last_configuring(file, one), statements)
    else:
        _bind_first(file, splices, one, statements)


def _block(file: File, statement: ast.stmt) -> list[ast.stmt]:
    """The statements among which `statement` stands."""
    parent = file.parents[statement]
    for _, value in ast.iter_fields(parent):
        if isinstance(value, list) and statement in value:
            return value
    return [statement]


def _last_configuring(file: File, one: Built) -> ast.stmt:
    """The last statement that only configures the pipeline, before anything else is done with it."""
    holder = _outermost_branch(file, one)
    block = _block(file, holder)
    last = holder
    for statement in block[block.index(holder) + 1 :]:
        if _configures(file, one, statement):
            last = statement
        elif _mentions(file, one, statement) or isinstance(statement, ast.Return | ast.Raise):
            break
    return last


def _outermost_branch(file: File, one: Built) -> ast.stmt:
    """Built in the branches of an `if` and used behind it: the set-up goes behind it too."""
    holder = one.holder
    while isinstance(parent := file.parents.get(holder), ast.If) and not _is_called(one, parent):
        after = _block(file, parent)
        if not any(_mentions(file, one, s) for s in after[after.index(parent) + 1 :]):
            break
        holder = parent
    return holder


def _configures(file: File, one: Built, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        inner = [*statement.body, *statement.orelse]
        relevant = [s for s in inner if _mentions(file, one, s)]
        return bool(relevant) and all(_configures(file, one, s) for s in relevant)
    if isinstance(statement, ast.Assign):
        targets = statement.targets
        if any(is_pipeline(file, one, t, set()) for t in targets):
            return not _is_called(one, statement)
        return any(isinstance(t, ast.Attribute) and file.belongs(one, t) for t in targets)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        if _is_called(one, statement):
            return False
        function = statement.value.func
        handed = any(
            file.belongs(one, a) for a in (*statement.value.args, *(k.value for k in statement.value.keywords))
        )
        return (isinstance(function, ast.Attribute) and file.belongs(one, function.value)) or (
            handed and file.origin(function).split(".")[0] in ("tomesd", "DeepCache", "tgate", "torch")
        )
    return False


def _is_called(one: Built, statement: ast.stmt) -> bool:
    inside = set(ast.walk(statement))
    return any(call in inside for call in one.calls)


def _mentions(file: File, one: Built, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return any(
        isinstance(n, ast.Name | ast.Attribute) and is_pipeline(file, one, n, set()) for n in ast.walk(statement)
    )


def _after(file: File, splices: Splices, statement: ast.stmt, statements: list[str]) -> None:
    """New lines behind a statement; `; ` where it shares its line with others."""
    source = file.source
    _, end = source.span(statement)
    line_end = source.line_end(end)
    rest = source.data[end:line_end].decode("utf-8", "replace").strip()
    beside = [source.indent(s) for s in _block(file, statement) if s.lineno == statement.lineno]
    indent = next((i for i in beside if i is not None), None)
    if indent is None or (rest and not rest.startswith("#")):
        splices.insert(end, "".join(f"; {s}" for s in statements))
        return
    splices.insert(line_end, "".join(f"{source.newline}{indent}{s}" for s in statements))


def _bind_first(file: File, splices: Splices, one: Built, statements: list[str]) -> None:
    """The pipeline has no name: give it one on a line before, and use the name where it was built."""
    source = file.source
    indent = source.indent(one.holder)
    if indent is None or not _can_be_hoisted(file, one):
        line = one.whole.lineno
        raise NoPlace(f"the pipeline is built inside another expression at line {line}; bind it to a name first")
    name = fresh_name(file)
    start, end = source.span(one.whole)
    before, _ = source.span(one.holder)
    built = source.code(one.whole)
    lines = [f"{name} = {built}", *statements]
    splices.insert(before, "".join(f"{line}{source.newline}{indent}" for line in lines))
    splices.replace(start, end, name)


def _can_be_hoisted(file: File, one: Built) -> bool:
    """Only where it is evaluated once and unconditionally: not in a lambda, comprehension, walrus or `and`."""
    for node in file.ancestors(one.whole):
        if node is one.holder:
            return isinstance(node, ast.Return | ast.Assign | ast.Expr | ast.AnnAssign)
        if not isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.keyword):
            return False
    return False
