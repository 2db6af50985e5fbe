"""Where a file builds diffusers pipelines, which names they go by, and where they are called. Syntax tree only."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .source import Source
from .values import Values, collect

LOADERS = ("from_pretrained", "from_single_file", "from_pipe")
INLINE = "<inline>"
_RETURNS_ITSELF = {"to", "half", "float", "cuda", "cpu"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Name:
    """A name that a pipeline goes by: its text, and the function it is bound in (None: anywhere)."""

    text: str
    scope: ast.AST | None = None


@dataclass
class Built:
    """One pipeline: the call that builds it, the statement that holds it, its names and its calls."""

    call: ast.Call
    whole: ast.expr
    """the call with `.to(...)` and the like that follow it"""
    pipeline_class: str
    loader: str
    name: str
    holder: ast.stmt
    bound: bool = False
    """is it given a name where it is built?"""
    names: list[Name] = field(default_factory=list[Name])
    calls: list[ast.Call] = field(default_factory=list[ast.Call])


@dataclass
class File:
    """A parsed file with parents, imports and static values."""

    source: Source
    values: Values = field(init=False)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """local name -> dotted origin, `DDIM` -> `diffusers.DDIMScheduler`"""
    functions: dict[str, list[Function]] = field(default_factory=dict[str, list[Function]])
    nodes: list[ast.AST] = field(default_factory=list[ast.AST])
    """every node once, in the order of `ast.walk`"""

    def __post_init__(self) -> None:
        self.values = collect(self.source.tree)
        self.nodes = list(ast.walk(self.source.tree))
        for node in self.nodes:
            self.parents.update((child, node) for child in ast.iter_child_nodes(node))
            if isinstance(node, ast.Import):
                self.imports.update((a.asname or a.name, a.name) for a in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                self.imports.update((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)
            elif isinstance(node, Function):
                self.functions.setdefault(node.name, []).append(node)

    def text(self, node: ast.expr) -> str:
        """`self.pipe` for a name or a chain of attributes; anything else as Python would print it."""
        if isinstance(node, ast.Name):
            return node.id
        return f"{self.text(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ast.unparse(node)

    def origin(self, node: ast.expr) -> str:
        """Where a name or attribute chain comes from: `diffusers.DDIMScheduler`; empty if it is not imported."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imports:
            return ""
        return ".".join([self.imports[node.id], *reversed(chain)])

    def belongs(self, one: "Built", node: ast.expr) -> bool:
        """Is `node` the pipeline, or something of it (`pipe.unet`)?"""
        while True:
            if is_pipeline(self, one, node, set()):
                return True
            if not isinstance(node, ast.Attribute):
                return False
            node = node.value

    def scheduler_assignments(self, one: "Built") -> list[ast.Assign]:
        """Statements of the form `pipe.scheduler = ...`, in order."""
        found = [
            node
            for node in self.nodes
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Attribute) and t.attr == "scheduler" and is_pipeline(self, one, t.value, set())
                    for t in node.targets)
        ]  # fmt: skip
        return sorted(found, key=lambda n: n.lineno)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds `node`."""
        if isinstance(node, ast.stmt):
            return node
        return next(a for a in self.ancestors(node) if isinstance(a, ast.stmt))

    def function(self, node: ast.AST) -> Function | None:
        return next((a for a in self.ancestors(node) if isinstance(a, Function)), None)

    def qualified(self, node: ast.AST) -> str | None:
        """`Service.generate`: the functions and classes around a node."""
        around = [a.name for a in self.ancestors(node) if isinstance(a, Function | ast.ClassDef)]
        return ".".join(reversed(around)) or None


def pipeline_class(file: File, node: ast.expr) -> str | None:
    """`StableDiffusionPipeline` where `node` names a pipeline class of diffusers."""
    origin = file.origin(node)
    name = origin.rpartition(".")[2]
    known = name.endswith("Pipeline") or name.startswith("AutoPipelineFor")
    return name if origin.startswith("diffusers.") and known else None


def find(file: File) -> list[Built]:
    """Every pipeline that the file builds, in order, with its names and calls."""
    found: list[Built] = []
    for node in file.nodes:
        if isinstance(node, ast.Call) and (kind := _built(file, node)) is not None:
            one = _held(file, node, *kind)
            twin = next((b for b in found if (b.name, b.pipeline_class) == (one.name, one.pipeline_class)
                         and file.function(b.call) is file.function(one.call) and b.name != INLINE), None)  # fmt: skip
            if twin is None:
                found.append(one)
    for one in found:
        _spread(file, one)
    _collect_calls(file, found)
    return sorted(found, key=lambda b: (b.call.lineno, b.call.col_offset))


def _built(file: File, call: ast.Call) -> tuple[str, str] | None:
    """Class and loader, where `call` builds a pipeline."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in LOADERS:
        name = pipeline_class(file, call.func.value)
        return (name, call.func.attr) if name else None
    name = pipeline_class(file, call.func)
    return (name, "__init__") if name else None


def _held(file: File, call: ast.Call, name: str, loader: str) -> Built:
    whole: ast.expr = call
    while (
        isinstance(attribute := file.parents.get(whole), ast.Attribute)
        and attribute.attr in _RETURNS_ITSELF
        and isinstance(chained := file.parents.get(attribute), ast.Call)
        and chained.func is attribute
    ):
        whole = chained
    holder = file.statement(whole)
    one = Built(call, whole, name, loader, INLINE, holder)
    scope = file.function(call)
    for target in _targets(holder, whole):
        one.names.append(_name(file, target, scope, call))
    if one.names:
        one.name, one.bound = one.names[0].text, True
    elif isinstance(holder, ast.Return) and holder.value is whole and scope is not None:
        one.name = f"{scope.name}()"
    return one


def _targets(statement: ast.stmt, value: ast.expr) -> list[ast.expr]:
    """What a statement binds `value` to: names and attributes only."""
    if isinstance(statement, ast.Assign) and statement.value is value:
        return [t for t in statement.targets if isinstance(t, ast.Name | ast.Attribute)]
    if isinstance(statement, ast.AnnAssign) and statement.value is value:
        return [statement.target] if isinstance(statement.target, ast.Name | ast.Attribute) else []
    return []


def _name(file: File, target: ast.expr, scope: Function | None, at: ast.AST) -> Name:
    """A plain name belongs to its function unless declared global; attributes are known everywhere."""
    if isinstance(target, ast.Name) and scope is not None:
        shared = any(isinstance(n, ast.Global | ast.Nonlocal) and target.id in n.names for n in ast.walk(scope))
        return Name(target.id, None if shared else scope)
    return Name(file.text(target))


def _spread(file: File, one: Built) -> None:
    """Follow the pipeline through assignments, returns and arguments until no new name turns up."""
    for _ in range(5):
        before = len(one.names)
        makers = _makers(file, one)
        for node in file.nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                if is_pipeline(file, one, node.value, makers):
                    for target in _targets(node, node.value):
                        _add(one, _name(file, target, file.function(node), node))
            elif isinstance(node, ast.Call):
                _into_parameters(file, one, node, makers)
        if len(one.names) == before:
            return


def _add(one: Built, name: Name) -> None:
    if name not in one.names:
        one.names.append(name)


def _makers(file: File, one: Built) -> set[str]:
    """Names of functions that return the pipeline."""
    found: set[str] = set()
    for node in file.nodes:
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        function = file.function(node)
        if function is not None and (node.value is one.whole or is_pipeline(file, one, node.value, set())):
            found.add(function.name)
    return found


def is_pipeline(file: File, one: Built, node: ast.expr, makers: set[str]) -> bool:
    """Is this expression the pipeline: one of its names, `name.to(...)`, or a call of a function that returns it?"""
    if node is one.whole:
        return True
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _RETURNS_ITSELF:
            return is_pipeline(file, one, node.func.value, makers)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in makers
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    text = file.text(node)
    if all(n.text != text for n in one.names):
        return False
    scopes = [a for a in file.ancestors(node) if isinstance(a, Function)]
    return any(n.text == text and (n.scope is None or n.scope in scopes) and not _shadowed(file, node, n, scopes)
               for n in one.names)  # fmt: skip


def _shadowed(file: File, node: ast.expr, name: Name, scopes: Sequence[ast.AST]) -> bool:
    """A module-level name is not meant where the function has a parameter of that name that nobody fills with it."""
    if name.scope is not None or not isinstance(node, ast.Name) or not scopes:
        return False
    inner = scopes[0]
    return isinstance(inner, Function) and node.id in {a.arg for a in _parameters(inner)}


def _parameters(function: Function) -> list[ast.arg]:
    a = function.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs]


def _into_parameters(file: File, one: Built, call: ast.Call, makers: set[str]) -> None:
    """`generate(pipe, prompt)`: inside `def generate(p, prompt)` the pipeline goes by `p`."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    targets = list(file.functions.get(called, []))
    for cls in (n for n in file.source.tree.body if isinstance(n, ast.ClassDef) and n.name == called):
        targets += [f for f in cls.body if isinstance(f, Function) and f.name == "__init__"]
    for function in targets:
        parameters = _parameters(function)
        if parameters and parameters[0].arg in ("self", "cls"):
            parameters = parameters[1:]
        given = list(zip([p.arg for p in parameters], call.args, strict=False))
        given += [(k.arg, k.value) for k in call.keywords if k.arg]
        for parameter, value in given:
            if is_pipeline(file, one, value, makers):
                _add(one, Name(parameter, function))


def _collect_calls(file: File, found: list[Built]) -> None:
    makers = {id(one): _makers(file, one) for one in found}
    for node in file.nodes:
        receiver = receiver_of(node) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or receiver is None:
            continue
        for one in found:
            called = node is not one.whole and is_pipeline(file, one, receiver, makers[id(one)])
            if receiver is one.whole or called:
                one.calls.append(node)
                break
    for one in found:
        one.calls.sort(key=lambda c: (c.lineno, c.col_offset))


def receiver_of(call: ast.Call) -> ast.expr | None:
    """What is called as a pipeline: `pipe` in `pipe(...)`, `pipe.tgate(...)` and `pipe.__call__(...)`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("tgate", "__call__"):
        return call.func.value
    return call.func if isinstance(call.func, ast.Name | ast.Attribute | ast.Call) else None
