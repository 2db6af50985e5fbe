"""Where a file gives a name its meaning, by Python's rules of scope: imports, assignments, arguments, definitions."""

import ast
from collections.abc import Iterable

from .file import File, Function

_COMPREHENSION = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPE = Function | ast.Lambda | ast.ClassDef | _COMPREHENSION
_PATTERNS = ast.MatchAs | ast.MatchStar | ast.MatchMapping
_BINDING = ast.Name | ast.arg | ast.ExceptHandler | _PATTERNS | Function | ast.ClassDef | ast.Import | ast.ImportFrom


def bindings(file: File, names: Iterable[str]) -> dict[str, list[ast.AST]]:
    """Every node that binds or deletes each of the names; the whole statement for an import."""
    found: dict[str, list[ast.AST]] = {name: [] for name in names}
    for kind, nodes in file.kinds.items():
        for node in nodes if issubclass(kind, _BINDING) else ():
            for name in {*_bound_by(node)} & found.keys():
                found[name or ""].append(node)
    return found


def _bound_by(node: ast.AST) -> list[str | None]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.arg(arg=name) | ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.MatchMapping(rest=name):
            return [name]
        case ast.Import(names=names):
            return [a.asname or a.name.partition(".")[0] for a in names]
        case ast.ImportFrom(names=names):
            return [a.asname or a.name for a in names]
        case _:
            return []


def scope_of(file: File, node: ast.AST) -> ast.AST | None:
    """The function, class or comprehension that a binding is in; None for the module."""
    for around in file.ancestors(node):
        walrus = isinstance(file.parents[node], ast.NamedExpr) and isinstance(around, _COMPREHENSION)
        if isinstance(around, _SCOPE) and not walrus:
            return around
    return None


def meant(file: File, bound: list[ast.AST], use: ast.AST) -> ast.AST | None:
    """The scope, of those that bind the name, in which it is looked up at `use`; None for the module."""
    scopes = {id(s) for b in bound if (s := scope_of(file, b)) is not None}
    crossed = False
    for around in file.ancestors(use):
        if not isinstance(around, _SCOPE):
            continue
        if id(around) in scopes and not (crossed and isinstance(around, ast.ClassDef)):
            return around
        crossed = True
    return None


def comes_before(file: File, statement: ast.stmt, use: ast.AST) -> bool:
    """Does the statement surely run before what is at `use`: earlier in a block around it?"""
    parent, child = file.parents[statement], use
    for around in file.ancestors(use):
        if around is parent:
            break
        child = around
    else:
        return False
    if not isinstance(child, ast.stmt) or (child.lineno, child.col_offset) <= (statement.lineno, statement.col_offset):
        return False
    one_block = isinstance(parent, ast.Module | Function | ast.ClassDef | ast.With | ast.AsyncWith)
    return one_block or any(child is s for s in file.block(statement))


def imports_it(statement: ast.AST, module: str, name: str | None, exactly: bool = True) -> bool:
    """Is it an import of just that, under its own name? Not `exactly`: from another part of the same library too."""
    root = module.partition(".")[0]
    if isinstance(statement, ast.Import):
        named = [a.name for a in statement.names if a.asname is None]
        return name is None and (module in named if exactly else any(n.partition(".")[0] == root for n in named))
    if not isinstance(statement, ast.ImportFrom) or statement.level or name is None:
        return False
    same = statement.module == module if exactly else (statement.module or "").partition(".")[0] == root
    return same and any(a.name == name and a.asname in (None, name) for a in statement.names)
