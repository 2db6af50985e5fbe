"""A pipeline that a file builds, and the names it goes by."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...knowledge.types import Maker


@dataclass(frozen=True)
class Name:
    """Its text, and the function or class in which it is meant (None: the module, or any attribute of that text)."""

    text: str
    scope: ast.AST | None = None


@dataclass(frozen=True)
class Build:
    """One place where it is built."""

    call: ast.Call
    whole: ast.expr
    """the call with `.to(...)` and the like that follow it"""
    holder: ast.stmt
    """the statement that holds it"""


@dataclass
class Built:
    """One pipeline: where it is built, its names and its calls."""

    builds: list[Build]
    """several where one name is filled in several places, as in the branches of an `if`"""
    pipeline_class: str
    loader: str
    name: str
    """what people call it; no two pipelines of a file share it"""
    maker: Maker | None = None
    """the function of another file that builds it"""
    bound: bool = False
    """is it given a name where it is built?"""
    names: list[Name] = field(default_factory=list[Name])
    """in the order in which they were found; `know` adds to them"""
    calls: list[ast.Call] = field(default_factory=list[ast.Call])
    inherits: bool = False
    """did its first name stand for another pipeline before, in the same block?"""
    heir: ast.stmt | None = None
    """the statement that gives its first name to another pipeline"""
    _known: set[Name] = field(default_factory=set[Name])
    _by_last: dict[str, list[Name]] = field(default_factory=dict[str, list[Name]])

    def know(self, names: Iterable[Name]) -> None:
        """It goes by these names too."""
        for name in names:
            if name not in self._known:
                self._known.add(name)
                self.names.append(name)
                self._by_last.setdefault(name.text.rpartition(".")[2], []).append(name)

    def is_known_as(self, text: str, scope: ast.AST | None) -> bool:
        """Is this one of its names there?"""
        return Name(text, scope) in self._known

    def names_ending(self, last: str) -> Sequence[Name]:
        """Its names whose last part is this one: `pipe` and `self.pipe`."""
        return self._by_last.get(last, ())

    @property
    def call(self) -> ast.Call:
        return self.builds[0].call

    @property
    def whole(self) -> ast.expr:
        return self.builds[0].whole

    @property
    def holder(self) -> ast.stmt:
        return self.builds[0].holder

    def is_built(self, node: ast.AST) -> bool:
        """Is `node` one of the expressions that build it?"""
        return any(node is b.whole for b in self.builds)
