"""Add imports once, beside the ones that are there."""

import ast
import re
from collections.abc import Collection, Iterable, Sequence

from ...knowledge.types import Import
from .built import Built
from .file import File, Function
from .names import bindings, comes_before, imports_it, meant, scope_of
from .setup import NoPlace
from .source import Splices

_LONG = 120
_Body = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def add(file: File, splices: Splices, one: Built, wanted: Sequence[Import], at_module: Collection[str] = ()) -> None:
    """Extend `from module import ...` where there is one, else write a new line behind the module's imports.

    A function that imports the name by itself, but too late, is given the line at its own top. `at_module` are
    names that the module needs whatever its functions import: our definitions read them.
    """
    lines: dict[int, list[str]] = {}
    bodies: dict[int, _Body] = {}
    extended: dict[int, list[str]] = {}
    statements: dict[int, ast.ImportFrom] = {}
    bound = bindings(file, [_local(each) for each in wanted])
    for each in wanted:
        for body, uses in _wanting(file, one, each, bound[_local(each)], _local(each) in at_module):
            there = _statement_for(file, body, uses, each)
            if there is not None and each.name is not None:
                statements[id(there)] = there
                extended.setdefault(id(there), []).append(each.name)
            else:
                bodies[id(body)] = body
                _note(lines.setdefault(id(body), []), each)
    for key, statement in statements.items():
        _extend(file, splices, statement, extended[key])
    for key, body in bodies.items():
        ordered = sorted(lines[key], key=lambda line: line.startswith("from"))
        if isinstance(body, ast.Module):
            _new_lines(file, splices, one, ordered)
        else:
            _local_lines(file, splices, body, ordered)


def refuse_shadowed(file: File, one: Built, wanted: Iterable[Import]) -> None:
    """Raise NoPlace where the script uses a name for something else that the change needs for an import."""
    named = [(each, _local(each)) for each in wanted]
    everything = bindings(file, [name for _, name in named])
    for each, name in named:
        bound = everything[name]
        for use in uses_of(one) if bound else ():
            scope = meant(file, bound, use)
            here = [b for b in bound if scope_of(file, b) is scope]
            ours = [b for b in here if imports_it(b, each.module, each.name, exactly=False)]
            before = [b for b in ours if isinstance(b, ast.stmt) and comes_before(file, b, use)]
            for other in here:
                if other in ours or _stands_in(file, other, each) or _is_over(file, other, before, use):
                    continue
                raise NoPlace(
                    f"the script calls something else {name} at line {_line(other)}, "
                    f"which the change needs as {each.module}'s; rename it there"
                )


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _is_over(file: File, other: ast.AST, before: Sequence[ast.stmt], use: ast.AST) -> bool:
    """Is the other meaning gone before the use, or not there yet?"""
    straight = file.function(use) is None
    return any(b.lineno > _line(other) for b in before) or (straight and _line(other) > _line(use))


def _stands_in(file: File, other: ast.AST, each: Import) -> bool:
    """`torch = None` under the `except` of a `try` that imports it."""
    around = next((a for a in file.ancestors(other) if isinstance(a, ast.ExceptHandler)), None)
    tried = file.parents[around] if around is not None else None
    inside = tried.body if isinstance(tried, ast.Try) else []
    return any(imports_it(s, each.module, each.name, exactly=False) for s in inside)


def _local(each: Import) -> str:
    return each.name or each.module.partition(".")[0]


def uses_of(one: Built) -> list[ast.AST]:
    """Where the change may use what it imports or defines."""
    return [*(b.call for b in one.builds), *one.calls]


def _wanting(
    file: File, one: Built, each: Import, bound: list[ast.AST], at_module: bool
) -> list[tuple[_Body, list[ast.AST]]]:
    """The module, or functions, in which the import is missing, with the uses that miss it there."""
    there = [b for b in bound if isinstance(b, ast.stmt) and imports_it(b, each.module, each.name)]
    found: dict[int, tuple[_Body, list[ast.AST]]] = {}
    for use in uses_of(one):
        scope = meant(file, bound, use)
        if not any(scope_of(file, s) is scope and comes_before(file, s, use) for s in there):
            body = scope if isinstance(scope, _Body) else file.source.tree
            found.setdefault(id(body), (body, []))[1].append(use)
    tree = file.source.tree
    if at_module and not any(file.parents[s] is tree and s.lineno <= first_use(tree.body) for s in there):
        found.setdefault(id(tree), (tree, []))
    return list(found.values())


def _statement_for(file: File, body: _Body, uses: Sequence[ast.AST], each: Import) -> ast.ImportFrom | None:
    """An import of other names from the same module that runs before all the uses and that they see."""
    found = [
        n
        for n in file.kinds.get(ast.ImportFrom, ())
        if isinstance(n, ast.ImportFrom) and n.module == each.module and not n.level and n.names[0].name != "*"
        if all(comes_before(file, n, u) and _sees(file, scope_of(file, n), u) for u in uses)
    ]
    if not isinstance(body, ast.Module):
        return next((n for n in found if scope_of(file, n) is body), None)
    if not uses:
        return next((n for n in found if file.parents[n] is body and n.lineno <= first_use(body.body)), None)
    return next((n for n in found if file.parents[n] is body), next(iter(found), None))


def _sees(file: File, scope: ast.AST | None, use: ast.AST) -> bool:
    inner = next((a for a in file.ancestors(use) if isinstance(a, Function | ast.ClassDef)), None)
    return scope is None or scope is inner or (isinstance(scope, Function) and scope in file.ancestors(use))


def _note(lines: list[str], each: Import) -> None:
    """Add a line for an import; names of one module share theirs."""
    if each.name is None:
        lines.append(f"import {each.module}")
        return
    start = f"from {each.module} import "
    at = next((n for n, line in enumerate(lines) if line.startswith(start)), None)
    if at is None:
        lines.append(f"{start}{each.name}")
    else:
        lines[at] += f", {each.name}"


def _local_lines(file: File, splices: Splices, body: _Body, lines: Sequence[str]) -> None:
    """The first lines of a function, behind its docstring."""
    source = file.source
    documented = is_docstring(body.body[0]) and len(body.body) > 1
    first = body.body[1] if documented else body.body[0]
    top = min((first.lineno, *(d.lineno for d in getattr(first, "decorator_list", ()))))
    indent = source.indent(first)
    if indent is None:
        raise NoPlace(
            f"there is no room for an import before line {first.lineno}; give that statement a line of its own"
        )
    start = source.line_start(source.offset(top, 0))
    splices.insert(start, "".join(f"{indent}{line}{source.newline}" for line in lines))


def _extend(file: File, splices: Splices, statement: ast.ImportFrom, names: Sequence[str]) -> None:
    """`import A` becomes `import A, B`, in order where the names are in order; a list with a name a line gets lines."""
    source = file.source
    there = statement.names
    _, statement_end = source.span(statement)
    ordered = [a.name for a in there] == sorted(a.name for a in there)
    if _is_long(file, statement, names):
        written = [*((a.name, source.code(a)) for a in there), *((n, n) for n in names)]
        lines = [code for _, code in (sorted(written) if ordered else written)]
        inner = f",{source.newline}    ".join(lines)
        splices.replace(source.span(there[0])[0], statement_end, f"({source.newline}    {inner},{source.newline})")
        return
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


def _is_long(file: File, statement: ast.ImportFrom, names: Sequence[str]) -> bool:
    """Would one line of the module's level hold too much with these names?"""
    code = file.source.code(statement)
    one_line = statement.lineno == statement.end_lineno and "(" not in code and ";" not in code
    alone = file.source.indent(statement) == "" and _alone(file, statement)
    return one_line and alone and len(code) + sum(len(n) + 2 for n in names) > _LONG


def _new_lines(file: File, splices: Splices, one: Built, lines: Sequence[str]) -> None:
    source, body = file.source, file.source.tree.body
    group = _group(file, one)
    keys = [_key(ast.unparse(n)) for n in group]
    for line in lines:
        behind = next((n for n, k in zip(group, keys, strict=True) if k > _key(line)), None)
        if behind is not None and keys == sorted(keys):
            splices.insert(source.span(behind)[0], f"{line}{source.newline}")
        elif group:
            splices.insert(source.line_end(source.span(group[-1])[1]), f"{source.newline}{line}")
        elif body and is_docstring(body[0]):
            first = line is lines[0]
            splices.insert(source.line_end(source.span(body[0])[1]), source.newline * (2 if first else 1) + line)
        elif body:
            top = min(n.lineno for n in (body[0], *getattr(body[0], "decorator_list", ())))
            splices.insert(source.offset(top, 0), f"{line}{source.newline}")


def _key(line: str) -> tuple[bool, str]:
    """Order of import lines: `import a` before `from a import b`, by module."""
    words = line.split()
    return words[0] == "from", words[1].lower()


def _group(file: File, one: Built) -> list[ast.stmt]:
    """Import statements beside which new ones go: those in a row with the import of diffusers, else with the last."""
    source, body = file.source, file.source.tree.body
    around = {id(a) for u in uses_of(one) for a in file.ancestors(u)}
    first = min(first_use(body), *(n.lineno for n in body if id(n) in around))
    groups: list[list[ast.stmt]] = []
    for before, node in zip([None, *body], body, strict=False):
        if not isinstance(node, ast.Import | ast.ImportFrom) or node.lineno > first or not _alone(file, node):
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


def first_use(body: Sequence[ast.stmt]) -> int:
    """The line of the first module-level statement that is neither import, docstring, `if` nor `try` around imports."""
    for node in body:
        harmless = isinstance(node, ast.Import | ast.ImportFrom | ast.If | ast.Try) or is_docstring(node)
        if not harmless and not isinstance(node, ast.Assign | ast.Expr):
            return node.lineno
        if isinstance(node, Function | ast.ClassDef):
            return node.lineno
    return 1 << 30


def is_docstring(node: ast.stmt) -> bool:
    """A statement that is nothing but text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
