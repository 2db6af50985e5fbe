"""A parsed file with what is asked about it again and again: parents, imports, functions, scopes, static values."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ...knowledge.types import Maker
from .source import Source
from .values import Values, collect

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Scope = Function | ast.Lambda | ast.ClassDef | _Comprehension


@dataclass
class File:
    """Everything here is read off the syntax tree once."""

    source: Source
    makers: Mapping[str, Maker] = field(default_factory=dict[str, Maker])
    """functions of other files that return a pipeline, by the name they have here"""
    values: Values = field(init=False)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """local name -> dotted origin, `DDIM` -> `diffusers.DDIMScheduler`"""
    functions: dict[str, list[Function]] = field(default_factory=dict[str, list[Function]])
    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    nodes: list[ast.AST] = field(default_factory=list[ast.AST])
    """every node that stands somewhere in the text, once, in the order of `ast.walk`"""
    kinds: dict[type[ast.AST], list[ast.AST]] = field(default_factory=dict[type[ast.AST], list[ast.AST]])
    """the same by their kind"""
    called: dict[str, list[ast.Call]] = field(default_factory=dict[str, list[ast.Call]])
    """calls by the name of what is called: both `load()` and `self.load()` by `load`"""
    attributes: dict[str, list[ast.Attribute]] = field(default_factory=dict[str, list[ast.Attribute]])
    _bound: dict[ast.AST, set[str]] = field(default_factory=dict[ast.AST, set[str]])
    _shared: dict[ast.AST, set[str]] = field(default_factory=dict[ast.AST, set[str]])

    def __post_init__(self) -> None:
        self.nodes.append(self.source.tree)
        for node in self.nodes:  # it grows meanwhile: what `ast.walk` does, without its generators
            for child in _children(node):
                self.parents[child] = node
                self.nodes.append(child)
            self.kinds.setdefault(type(node), []).append(node)
        self.values = collect(self.kinds)
        for node in self.kinds.get(ast.Call, ()):
            if isinstance(node, ast.Call):
                self.called.setdefault(self.called_name(node), []).append(node)
        for node in self.kinds.get(ast.Attribute, ()):
            if isinstance(node, ast.Attribute):
                self.attributes.setdefault(node.attr, []).append(node)
        for node in self.nodes:
            if (read := _READ.get(type(node))) is not None:
                read(self, node)

    def _import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            self.imports.update((a.asname or a.name, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            others = node.names[0].name == "*" and not node.module.startswith("diffusers")
            self.imports.update((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names if not others)

    def _scope_names(self, node: ast.AST) -> None:
        """Note the names that a node binds in its scope, and those that it declares to be somebody else's."""
        if isinstance(node, ast.Name):
            names = [] if isinstance(node.ctx, ast.Load) else [node.id]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, Function):
            self.functions.setdefault(node.name, []).append(node)
            names = [node.name]
        elif isinstance(node, ast.ClassDef):
            self.classes[node.name] = node
            names = [node.name]
        else:
            names = node.names if isinstance(node, ast.Global | ast.Nonlocal) else []
        scope = next((a for a in self.ancestors(node) if isinstance(a, _Scope)), None) if names else None
        if scope is not None:
            notes = self._shared if isinstance(node, ast.Global | ast.Nonlocal) else self._bound
            notes.setdefault(scope, set()).update(names)

    def called_name(self, call: ast.Call) -> str:
        """The last name of what is called; empty where that has none."""
        if isinstance(call.func, ast.Attribute):
            return call.func.attr
        return call.func.id if isinstance(call.func, ast.Name) else ""

    def binder(self, name: str, node: ast.AST) -> ast.AST | None:
        """The function, class or comprehension whose `name` is meant at `node`; None: the module's."""
        crossed = False
        for around in self.ancestors(node):
            if not isinstance(around, _Scope) or (crossed and isinstance(around, ast.ClassDef)):
                continue
            if name in self._bound.get(around, ()) and name not in self._shared.get(around, ()):
                return around
            crossed = crossed or not isinstance(around, ast.ClassDef)
        return None

    def text(self, node: ast.expr) -> str:
        """`self.pipe` for a name or a chain of attributes; empty for anything else."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        return ".".join([node.id, *reversed(chain)]) if isinstance(node, ast.Name) else ""

    def origin(self, node: ast.expr) -> str:
        """Where a name or attribute chain comes from: `diffusers.DDIMScheduler`; empty if it is not imported."""
        root, dot, rest = self.text(node).partition(".")
        if root in self.imports:
            return f"{self.imports[root]}{dot}{rest}"
        starred = "*" in self.imports and root[:1].isupper() and root not in self.classes
        return f"{self.imports['*'].removesuffix('*')}{root}{dot}{rest}" if starred else ""

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """What is around a node, from the inside."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds `node`."""
        if isinstance(node, ast.stmt):
            return node
        return next(a for a in self.ancestors(node) if isinstance(a, ast.stmt))

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements among which `statement` stands."""
        for _, value in ast.iter_fields(self.parents[statement]):
            if isinstance(value, list) and statement in value:
                return value
        return [statement]

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function around a node."""
        return next((a for a in self.ancestors(node) if isinstance(a, Function)), None)

    def qualified(self, node: ast.AST) -> str | None:
        """`Service.generate`: the functions and classes around a node."""
        around = [a.name for a in self.ancestors(node) if isinstance(a, Function | ast.ClassDef)]
        return ".".join(reversed(around)) or None


_TOKENS = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
"""nodes that are no places in the text: the parser uses one of each kind for the whole tree"""


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for value in node.__dict__.values():
        if isinstance(value, list):
            for each in value:
                if isinstance(each, ast.AST) and not isinstance(each, _TOKENS):
                    yield each
        elif isinstance(value, ast.AST) and not isinstance(value, _TOKENS):
            yield value


_READ: Mapping[type[ast.AST], Callable[[File, ast.AST], None]] = {
    **dict.fromkeys((ast.Import, ast.ImportFrom), File._import),  # pyright: ignore[reportPrivateUsage]
    **dict.fromkeys(
        (ast.Name, ast.arg, *Function.__args__, ast.ClassDef, ast.Global, ast.Nonlocal),
        File._scope_names,  # pyright: ignore[reportPrivateUsage]
    ),
}
"""what is read off nodes of a kind"""
