"""What an expression is, as far as can be said without running it: literals, constants, defaults of arguments."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Constant = int | float | str | bool | None
_DEPTH = 6


class Unknown:
    """Not to be said statically."""


UNKNOWN = Unknown()
ANYTHING = ast.Name(id="", ctx=ast.Load())
"""stands among the values of a name that is also bound in a way that cannot be read"""
_NUMBERS = {"int": int, "float": float}
_CHANGES = ("update", "pop", "popitem", "setdefault", "clear")


@dataclass
class Values:
    """Assignments and defaults by name, for one file. A name with two different values is unknown."""

    names: dict[str, list[ast.expr]] = field(default_factory=dict[str, list[ast.expr]])
    attributes: dict[str, list[ast.expr]] = field(default_factory=dict[str, list[ast.expr]])
    arguments: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])

    def of(self, node: ast.expr | None, depth: int = _DEPTH) -> Constant | Unknown:
        """The constant that `node` evaluates to, or UNKNOWN."""
        if node is None or depth == 0:
            return UNKNOWN
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | bool | None):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.of(node.operand, depth - 1)
            return -value if isinstance(value, int | float) else UNKNOWN
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        options = self.expressions(node)
        found = {repr(v): v for v in (self.of(e, depth - 1) for e in options)}
        return next(iter(found.values())) if len(found) == 1 else UNKNOWN

    def _called(self, call: ast.Call, depth: int) -> Constant | Unknown:
        """`os.environ.get("MODEL", "a/b")` is its default, as options of a parser are; `int("20")` is 20."""
        if ast.unparse(call.func) in ("os.environ.get", "os.getenv", "environ.get", "getenv") and len(call.args) == 2:
            return self.of(call.args[1], depth - 1)
        kind = _NUMBERS.get(call.func.id) if isinstance(call.func, ast.Name) and len(call.args) == 1 else None
        value = self.of(call.args[0], depth - 1) if kind is not None else UNKNOWN
        if kind is None or not isinstance(value, int | float | str):
            return UNKNOWN
        try:
            return kind(value)
        except (ValueError, OverflowError):
            return UNKNOWN

    def expressions(self, node: ast.expr) -> list[ast.expr]:
        """What a name, attribute or item stands for."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, [])
        if isinstance(node, ast.Attribute):
            if node.attr in self.arguments:
                return [self.arguments[node.attr]]
            return self.attributes.get(node.attr, [])
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            mapping = self.mapping(node.value)
            found = (mapping or {}).get(str(node.slice.value))
            return [found] if found is not None else []
        return []

    def mapping(self, node: ast.expr, depth: int = _DEPTH) -> dict[str, ast.expr] | None:
        """A dict literal or dict(...) call, by key; None where it cannot be seen whole."""
        if depth == 0:
            return None
        if isinstance(node, ast.Dict):
            if not all(isinstance(k, ast.Constant) for k in node.keys):
                return None
            return {str(k.value): v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
            return {k.arg: k.value for k in node.keywords if k.arg} if all(k.arg for k in node.keywords) else None
        options = self.expressions(node)
        return self.mapping(options[0], depth - 1) if len(options) == 1 else None

    def made_of(self, node: ast.expr, depth: int = 5) -> Iterator[ast.AST]:
        """Every part of an expression, and of what its names stand for."""
        for part in ast.walk(node):
            yield part
            if isinstance(part, ast.Name | ast.Attribute) and depth and isinstance(part.ctx, ast.Load):
                for option in self.expressions(part):
                    yield from self.made_of(option, depth - 1)

    def keywords(self, call: ast.Call) -> dict[str, ast.expr]:
        """What a call is given by name, as far as it can be seen: by keyword, and in a mapping behind `**`."""
        hidden = {name: v for k in call.keywords if k.arg is None for name, v in self.visible(k.value).items()}
        return {**hidden, **{k.arg: k.value for k in call.keywords if k.arg}}

    def visible(self, node: ast.expr) -> dict[str, ast.expr]:
        """What certainly holds in a mapping: all of one that is seen, or what a literal says after its last `**`."""
        whole = self.mapping(node)
        if whole is not None or not isinstance(node, ast.Dict):
            return whole or {}
        last = max((n for n, k in enumerate(node.keys) if not isinstance(k, ast.Constant)), default=-1)
        items = zip(node.keys[last + 1 :], node.values[last + 1 :], strict=True)
        return {str(k.value): v for k, v in items if isinstance(k, ast.Constant)}


def collect(kinds: Mapping[type[ast.AST], Sequence[ast.AST]]) -> Values:
    """Read every assignment and default of a file once; `kinds` are its nodes by their kind."""
    values = Values()
    functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for node in (n for kind in _DEFINING for n in kinds.get(kind, ())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.setdefault(node.name, []).append(node)
            _defaults(values, node.args)
        elif isinstance(node, ast.ClassDef):
            made = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
            functions.setdefault(node.name, []).extend(made)
    for node in (n for kind in _BINDING for n in kinds.get(kind, ())):
        for target, value in _bindings(node):
            _bind(values, target, value)
    for node in kinds.get(ast.Call, ()):
        if isinstance(node, ast.Call):
            _call(values, node, functions)
    return values


_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BINDING = (
    *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign),
    *(ast.For, ast.AsyncFor, ast.comprehension, ast.withitem),
)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((t, node.value) for t in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, _field_default(node.value)
    elif isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension):
        yield node.target, ANYTHING
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, ANYTHING


def _field_default(value: ast.expr) -> ast.expr:
    """`field(default=50)` and `Field(50)` are their default."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("field", "Field"):
        named = next((k.value for k in value.keywords if k.arg == "default"), None)
        return named or (value.args[0] if value.args else value)
    return value


def _bind(values: Values, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        if not (isinstance(value, ast.Name) and value.id == target.id):
            values.names.setdefault(target.id, []).append(value)
            values.attributes.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Attribute):
        values.attributes.setdefault(target.attr, []).append(value)
    elif isinstance(target, ast.Subscript | ast.Starred):
        _bind(values, target.value, ANYTHING)
    elif isinstance(target, ast.Tuple | ast.List):
        pairs = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        given = value.elts if isinstance(value, ast.Tuple | ast.List) and pairs else [ANYTHING] * len(target.elts)
        for each, one in zip(target.elts, given, strict=True):
            _bind(values, each, one)


def _defaults(values: Values, arguments: ast.arguments) -> None:
    positional = [*arguments.posonlyargs, *arguments.args]
    for arg, default in zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True):
        values.names.setdefault(arg.arg, []).append(default)
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            values.names.setdefault(arg.arg, []).append(default)


def _call(
    values: Values, call: ast.Call, functions: Mapping[str, Sequence[ast.FunctionDef | ast.AsyncFunctionDef]]
) -> None:
    """What a call says: arguments of the file's own functions, options of a parser, a dict that is changed."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else None
    if method == "add_argument":
        _argument(values, call)
    if isinstance(call.func, ast.Attribute) and method in _CHANGES:
        _bind(values, call.func.value, ANYTHING)
    name = call.func.id if isinstance(call.func, ast.Name) else method or ""
    for function in functions.get(name, ()):
        parameters = [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
        own = parameters[1:] if parameters[:1] in (["self"], ["cls"]) else parameters
        given = [*zip(own, call.args, strict=False), *((k.arg, k.value) for k in call.keywords if k.arg)]
        for parameter, value in given:
            if not (isinstance(value, ast.Name) and value.id == parameter):
                values.names.setdefault(parameter, []).append(value)
    if name in functions and not functions[name]:
        for keyword in call.keywords:
            if keyword.arg:
                values.attributes.setdefault(keyword.arg, []).append(keyword.value)


def _argument(values: Values, call: ast.Call) -> None:
    """`add_argument("--steps", type=int, default=50)`: args.steps is 50 unless somebody says otherwise."""
    given = {k.arg: k.value for k in call.keywords if k.arg}
    flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    long = next((f for f in flags if f.startswith("--")), flags[0] if flags else None)
    named = given.get("dest")
    name = named.value if isinstance(named, ast.Constant) else (long or "").lstrip("-").replace("-", "_")
    if isinstance(name, str) and name and "default" in given:
        values.arguments[name] = given["default"]
