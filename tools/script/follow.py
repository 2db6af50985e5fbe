"""Follow a pipeline through a file: other names for it, functions that return it, and where it is called."""

import ast
from collections.abc import Collection

from .built import Built, Name
from .file import File, Function

RETURNS_ITSELF = {"to", "half", "float", "cuda", "cpu"}
_SELF = ("self", "cls")


def targets(statement: ast.stmt, value: ast.expr) -> list[ast.expr]:
    """What a statement binds `value` to: names and attributes only."""
    if isinstance(statement, ast.Assign) and statement.value is value:
        return [t for t in statement.targets if isinstance(t, ast.Name | ast.Attribute)]
    if isinstance(statement, ast.AnnAssign) and statement.value is value:
        return [statement.target] if isinstance(statement.target, ast.Name | ast.Attribute) else []
    return []


def names_of(file: File, target: ast.expr) -> list[Name]:
    """A plain name belongs to the scope that binds it, `self.pipe` to its class, other attributes to nobody."""
    text = file.text(target)
    if not text:
        return []
    around = _class(file, target)
    if isinstance(target, ast.Name):
        scope = file.binder(text, target)
        own = [Name(f"self.{text}", scope)] if isinstance(scope, ast.ClassDef) else []
        return [Name(text, scope), *own]
    root, _, rest = text.partition(".")
    return [Name(f"self.{rest}", around) if root in _SELF and around is not None else Name(text)]


def _class(file: File, node: ast.AST) -> ast.ClassDef | None:
    return next((a for a in file.ancestors(node) if isinstance(a, ast.ClassDef)), None)


def is_pipeline(file: File, one: Built, node: ast.expr, makers: Collection[str] = ()) -> bool:
    """Is this expression the pipeline: one of its names, `name.to(...)`, or a call of a function that returns it?"""
    while not one.is_built(node):
        if isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RETURNS_ITSELF:
            node = node.func.value
        elif isinstance(node, ast.Call):
            return _called(node) in makers and not file.origin(node.func)
        elif isinstance(node, ast.Name):
            same = [n for n in one.names if n.text == node.id]
            return bool(same) and any(n.scope is file.binder(node.id, node) for n in same)
        else:
            return isinstance(node, ast.Attribute) and _is_attribute(file, one, node)
    return True


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_attribute(file: File, one: Built, node: ast.Attribute) -> bool:
    """`self.pipe` in the class that sets it, `service.pipe` where `service` is made of that class."""
    same = [n for n in one.names if n.text.endswith(f".{node.attr}")]
    if not same:
        return False
    text = file.text(node)
    root, _, rest = text.partition(".")
    for name in same:
        if name.scope is None:
            if name.text == text:
                return True
        elif name.text == f"self.{rest}" and any(_kin(file, c, name.scope) for c in _owners(file, root, node)):
            return True
    return False


def _owners(file: File, root: str, node: ast.AST) -> list[ast.ClassDef]:
    """The classes that `root` may be an instance of."""
    if root in _SELF:
        around = _class(file, node)
        return [around] if around is not None else []
    made = [
        v.func.id for v in file.values.names.get(root, ()) if isinstance(v, ast.Call) and isinstance(v.func, ast.Name)
    ]
    return [file.classes[n] for n in (root, *made) if n in file.classes]


def _kin(file: File, one: ast.ClassDef, other: ast.AST) -> bool:
    """Is it the same class, or does one inherit from the other?"""
    return other in _line(file, one) or (isinstance(other, ast.ClassDef) and one in _line(file, other))


def _line(file: File, cls: ast.ClassDef) -> list[ast.ClassDef]:
    found = [cls]
    for each in found:
        bases = (file.classes.get(b.id) for b in each.bases if isinstance(b, ast.Name))
        found += [b for b in bases if b is not None and b not in found]
    return found


def belongs(file: File, one: Built, node: ast.expr) -> bool:
    """Is `node` the pipeline, or something of it (`pipe.unet`)?"""
    while not is_pipeline(file, one, node):
        if not isinstance(node, ast.Attribute):
            return False
        node = node.value
    return True


def scheduler_assignments(file: File, one: Built) -> list[ast.Assign]:
    """Statements of the form `pipe.scheduler = ...`, in order."""
    found = [
        n for n in file.nodes if isinstance(n, ast.Assign) and any(sets_scheduler(file, one, t) for t in n.targets)
    ]
    return sorted(found, key=lambda n: n.lineno)


def sets_scheduler(file: File, one: Built, target: ast.expr) -> bool:
    """Is an assignment's target the scheduler of this pipeline?"""
    return isinstance(target, ast.Attribute) and target.attr == "scheduler" and is_pipeline(file, one, target.value)


def spread(file: File, one: Built) -> None:
    """Follow the pipeline through assignments, returns and arguments until no new name turns up."""
    for _ in range(5):
        before = len(one.names)
        makers = makers_of(file, one)
        for node in file.nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                if is_pipeline(file, one, node.value, makers):
                    for target in targets(node, node.value):
                        _add(one, names_of(file, target))
            elif isinstance(node, ast.Call):
                _into_parameters(file, one, node, makers)
        if len(one.names) == before:
            return


def _add(one: Built, names: list[Name]) -> None:
    one.names += [n for n in names if n not in one.names]


def makers_of(file: File, one: Built) -> set[str]:
    """Names of functions that return the pipeline. One that is a property is a name of it instead."""
    found: set[str] = set()
    for node in file.nodes:
        if not isinstance(node, ast.Return) or node.value is None or not is_pipeline(file, one, node.value, found):
            continue
        function = file.function(node)
        if function is None:
            continue
        if any(ast.unparse(d).endswith("property") for d in function.decorator_list):
            _add(one, [Name(f"self.{function.name}", _class(file, function))])
        else:
            found.add(function.name)
    return found


def _into_parameters(file: File, one: Built, call: ast.Call, makers: Collection[str]) -> None:
    """`generate(pipe, prompt)`: inside `def generate(p, prompt)` the pipeline goes by `p`."""
    called = _called(call)
    functions = list(file.functions.get(called, []))
    if called in file.classes:
        functions += [f for f in file.classes[called].body if isinstance(f, Function) and f.name == "__init__"]
    for function in functions:
        a = function.args
        parameters = [p.arg for p in (*a.posonlyargs, *a.args)]
        if parameters and parameters[0] in _SELF:
            parameters = parameters[1:]
        given = list(zip(parameters, call.args, strict=False)) + [(k.arg, k.value) for k in call.keywords if k.arg]
        _add(one, [Name(parameter, function) for parameter, value in given if is_pipeline(file, one, value, makers)])


def collect_calls(file: File, found: list[Built]) -> None:
    """Give each call of a pipeline to the one that is called."""
    makers = {id(one): makers_of(file, one) for one in found}
    for node in file.nodes:
        receiver = receiver_of(node) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or receiver is None:
            continue
        for one in found:
            if not one.is_built(node) and is_pipeline(file, one, receiver, makers[id(one)]):
                one.calls.append(node)
                break
    for one in found:
        one.calls.sort(key=lambda c: (c.lineno, c.col_offset))


def receiver_of(call: ast.Call) -> ast.expr | None:
    """What is called as a pipeline: `pipe` in `pipe(...)`, `pipe.tgate(...)` and `pipe.__call__(...)`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("tgate", "__call__"):
        return call.func.value
    return call.func if isinstance(call.func, ast.Name | ast.Attribute | ast.Call) else None
