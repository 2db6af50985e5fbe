"""Follow a pipeline through a file: other names for it, functions that return it, and where it is called."""

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .built import Built, Name
from .file import File, Function
from .values import ANYTHING

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
            return file.called_name(node) in makers and not file.origin(node.func)
        elif isinstance(node, ast.Name):
            return (
                bool(one.names_ending(node.id))
                and _is_its_time(file, one, node)
                and one.is_known_as(node.id, file.binder(node.id, node))
            )
        else:
            return isinstance(node, ast.Attribute) and _is_attribute(file, one, node)
    return True


def _is_its_time(file: File, one: Built, node: ast.Name) -> bool:
    """Is the name not given to another pipeline yet, or not given to this one yet?"""
    if (one.heir is None and not one.inherits) or node.id != one.names[0].text:
        return True
    if file.function(node) is not file.function(one.call):
        return True
    stored = isinstance(node.ctx, ast.Store)
    if one.inherits and node.lineno < (one.holder.lineno if stored else (one.holder.end_lineno or 0) + 1):
        return False
    heir = one.heir
    return heir is None or node.lineno < heir.lineno or (not stored and node.lineno <= (heir.end_lineno or 0))


def _is_attribute(file: File, one: Built, node: ast.Attribute) -> bool:
    """`self.pipe` in the class that sets it, `service.pipe` where `service` is made of that class."""
    same = [n for n in one.names_ending(node.attr) if "." in n.text]
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


@dataclass(frozen=True)
class Setting:
    """One place where the script gives the pipeline a scheduler, whatever it writes there."""

    statement: ast.stmt
    owner: ast.expr
    """the pipeline as it is called there: `self.pipe` in `self.pipe.scheduler = ...`"""
    value: ast.expr
    """what it is given; `ANYTHING` where that does not stand there by itself"""
    direct: bool = False
    """is it `owner.scheduler = value`, whose value can be exchanged?"""


def scheduler_assignments(file: File, one: Built) -> list[Setting]:
    """Where the script sets the pipeline's scheduler, in order."""
    nodes = (*file.attributes.get("scheduler", ()), *file.called.get("setattr", ()))
    nodes = (*nodes, *file.called.get("register_modules", ()))
    found = [s for n in nodes for s in _settings(file, n) if is_pipeline(file, one, s.owner)]
    return sorted(found, key=lambda s: (s.statement.lineno, s.owner.lineno, s.owner.col_offset))


def _settings(file: File, node: ast.Attribute | ast.Call) -> list[Setting]:
    """`x.scheduler = ...` in all its forms, `setattr(x, "scheduler", ...)`, `x.register_modules(scheduler=...)`."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        around = file.parents[node]
        statement = file.statement(node)
        if isinstance(around, ast.Assign | ast.AnnAssign):
            return [Setting(statement, node.value, around.value, direct=True)] if around.value is not None else []
        return [Setting(statement, node.value, _part(file, node))]
    match node:
        case ast.Call(func=ast.Name(id="setattr"), args=[owner, ast.Constant(value="scheduler"), value]):
            return [Setting(file.statement(node), owner, value)]
        case ast.Call(func=ast.Attribute(attr="register_modules", value=owner)):
            return [Setting(file.statement(node), owner, k.value) for k in node.keywords if k.arg == "scheduler"]
        case _:
            return []


def _part(file: File, target: ast.Attribute) -> ast.expr:
    """What one target of `a, b = x, y` is given."""
    around = file.parents[target]
    match file.parents.get(around):
        case ast.Assign(value=ast.Tuple(elts=given) | ast.List(elts=given)) if isinstance(around, ast.Tuple | ast.List):
            at = around.elts.index(target)
            return given[at] if len(given) == len(around.elts) else ANYTHING
        case _:
            return ANYTHING


def spread(file: File, one: Built) -> None:
    """Follow the pipeline through assignments, returns and arguments until no new name turns up."""
    assignments = [*file.kinds.get(ast.Assign, ()), *file.kinds.get(ast.AnnAssign, ())]
    own = [c for name in dict.fromkeys((*file.functions, *file.classes)) for c in file.called.get(name, ())]
    for _ in range(5):
        before = len(one.names)
        makers = makers_of(file, one)
        for node in assignments:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(node, ast.stmt) and value is not None and is_pipeline(file, one, value, makers):
                for target in targets(node, value):
                    one.know(names_of(file, target))
        for call in own:
            _into_parameters(file, one, call, makers)
        if len(one.names) == before:
            return


def makers_of(file: File, one: Built) -> set[str]:
    """Names of functions that return the pipeline. One that is a property is a name of it instead."""
    found: set[str] = set()
    for node in file.kinds.get(ast.Return, ()):
        if not isinstance(node, ast.Return) or node.value is None or not is_pipeline(file, one, node.value, found):
            continue
        function = file.function(node)
        if function is None:
            continue
        if any(ast.unparse(d).endswith("property") for d in function.decorator_list):
            one.know([Name(f"self.{function.name}", _class(file, function))])
        else:
            found.add(function.name)
    return found


def _into_parameters(file: File, one: Built, call: ast.Call, makers: Collection[str]) -> None:
    """`generate(pipe, prompt)`: inside `def generate(p, prompt)` the pipeline goes by `p`."""
    called = file.called_name(call)
    functions = list(file.functions.get(called, []))
    if called in file.classes:
        functions += [f for f in file.classes[called].body if isinstance(f, Function) and f.name == "__init__"]
    for function in functions:
        a = function.args
        parameters = [p.arg for p in (*a.posonlyargs, *a.args)]
        if parameters and parameters[0] in _SELF:
            parameters = parameters[1:]
        given = list(zip(parameters, call.args, strict=False)) + [(k.arg, k.value) for k in call.keywords if k.arg]
        one.know([Name(parameter, function) for parameter, value in given if is_pipeline(file, one, value, makers)])


def collect_calls(file: File, found: list[Built]) -> None:
    """Give each call of a pipeline to the one that is called."""
    makers = {id(one): makers_of(file, one) for one in found}
    by_name: dict[str, list[Built]] = {}
    for one in found:
        for last in {n.text.rpartition(".")[2] for n in one.names}:
            by_name.setdefault(last, []).append(one)
    for node in file.kinds.get(ast.Call, ()):
        receiver = receiver_of(node) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or receiver is None:
            continue
        meant = [
            one
            for one in _candidates(found, by_name, receiver)
            if not one.is_built(node) and is_pipeline(file, one, receiver, makers[id(one)])
        ]
        if meant:
            _latest(file, meant, node).calls.append(node)
    for one in found:
        one.calls.sort(key=lambda c: (c.lineno, c.col_offset))


def _latest(file: File, options: Sequence[Built], call: ast.Call) -> Built:
    """Of pipelines with one name, the one that was bound last before the call, in the same function."""
    at: dict[int, Built] = {}
    for one in options:
        for build in one.builds:
            if build.call.lineno <= call.lineno and file.function(build.call) is file.function(call):
                at[build.call.lineno] = one
    return at[max(at)] if at else options[0]


def _candidates(found: list[Built], by_name: dict[str, list[Built]], receiver: ast.expr) -> list[Built]:
    """The pipelines that a name or attribute can be, by its last part; anything else can be each of them."""
    if isinstance(receiver, ast.Name):
        return by_name.get(receiver.id, [])
    return by_name.get(receiver.attr, []) if isinstance(receiver, ast.Attribute) else found


def receiver_of(call: ast.Call) -> ast.expr | None:
    """What is called as a pipeline: `pipe` in `pipe(...)`, `pipe.tgate(...)` and `pipe.__call__(...)`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("tgate", "__call__"):
        return call.func.value
    return call.func if isinstance(call.func, ast.Name | ast.Attribute | ast.Call) else None
