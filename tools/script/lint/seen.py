"""A pipeline as the diagnostics look at it, and the spans and edits that they hand back."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ....knowledge.diagnostics import BY_CODE
from ....knowledge.pipelines import EVERY_CARD, class_behind
from ....knowledge.types import CallSite, Diagnostic, PipelineSite, Replacement
from ..built import Built
from ..file import File
from ..given import arguments_of
from ..source import Source

Node = ast.expr | ast.stmt | ast.keyword | ast.alias


@dataclass(frozen=True)
class Seen:
    """One pipeline in its file."""

    file: File
    one: Built
    site: PipelineSite

    @property
    def source(self) -> Source:
        return self.file.source

    @property
    def pipeline_class(self) -> str:
        """The class that is called in the end: as written, or that of a checkpoint that is known by its very id."""
        known = any(self.site.model_id in (c.model_id, *c.aliases) for c in EVERY_CARD)
        return class_behind(self.site.pipeline_class, self.site.model_id) if known else self.site.pipeline_class

    @property
    def calls(self) -> Iterator[tuple[ast.Call, CallSite, dict[str, ast.expr]]]:
        """Each call with what is said of it, and its arguments by name."""
        for call, said in zip(self.one.calls, self.site.calls, strict=False):
            yield call, said, arguments_of(self.file, self.one, call)


@dataclass(frozen=True)
class Fix:
    """An edit with its name."""

    name: str
    edits: tuple[Replacement, ...]


def finding(source: Source, code: str, at: Node, sentence: str, fix: Fix | None = None) -> Diagnostic:
    """A diagnostic of the span of a node. Of a statement or call over several lines it is the first line."""
    start, end = source.start(at), source.end(at)
    if end.line > start.line:
        first, last = source.offset(at.lineno, at.col_offset), source.line_end(source.offset(at.lineno, 0))
        end = source.at(max(last, first))
    return Diagnostic(
        code=code,
        severity=BY_CODE[code].severity,
        sentence=sentence,
        start=start,
        end=end,
        fix=fix.name if fix else None,
        edits=fix.edits if fix else (),
    )


def instead(source: Source, node: Node, text: str) -> Replacement:
    """Text in place of a node."""
    return Replacement(start=source.start(node), end=source.end(node), text=text)


def keyword_of(call: ast.Call, name: str) -> ast.keyword | None:
    """The keyword argument of that name, as written."""
    return next((k for k in call.keywords if k.arg == name), None)


def without_argument(source: Source, call: ast.Call, gone: ast.keyword) -> Replacement:
    """A call without one of its keyword arguments, and without the comma that went with it."""
    given = sorted([*call.args, *(k.value if k.arg is None else k for k in call.keywords)], key=source.span)
    at = given.index(gone)
    if at > 0:
        start, end = source.span(given[at - 1])[1], source.span(gone)[1]
    else:
        start = source.span(gone)[0]
        end = source.span(given[1])[0] if len(given) > 1 else source.span(gone)[1]
    return Replacement(start=source.at(start), end=source.at(end), text="")


def with_argument(source: Source, call: ast.Call, text: str) -> Replacement:
    """A call with one more keyword argument, behind the last."""
    given = [*call.args, *(k.value if k.arg is None else k for k in call.keywords)]
    if not given:
        at = source.at(source.span(call)[1] - 1)
        return Replacement(start=at, end=at, text=text)
    at = source.at(max(source.span(g)[1] for g in given))
    return Replacement(start=at, end=at, text=f", {text}")


def without_statement(file: File, statement: ast.stmt) -> Replacement:
    """A file without a statement; the only one of its block becomes `pass`, one among others on a line is left out."""
    source = file.source
    if len(file.block(statement)) == 1 or source.indent(statement) is None:
        return instead(source, statement, "pass")
    start, end = source.span(statement)
    last = source.line_end(end)
    if source.data[end:last].strip() and not source.data[end:last].lstrip().startswith(b"#"):
        return instead(source, statement, "pass")
    over = last + len(source.newline) if last < len(source.data) else last
    return Replacement(start=source.at(source.line_start(start)), end=source.at(over), text="")


def names_in_imports(file: File, origin: str) -> list[tuple[ast.ImportFrom, ast.alias]]:
    """Where `from module import name` brings a name of that dotted origin in."""
    module, _, name = origin.rpartition(".")
    return [
        (node, alias)
        for node in file.kinds.get(ast.ImportFrom, ())
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
        if alias.name == name
    ]


def renamed_class(file: File, used: ast.expr, new: str) -> tuple[Replacement, ...]:
    """A class of diffusers in place of another at one use, imported too; empty where that cannot be done safely."""
    source, old = file.source, file.origin(used)
    if isinstance(used, ast.Attribute):
        at = source.at(source.span(used)[1])
        start = source.at(source.span(used)[1] - len(used.attr))
        return (Replacement(start=start, end=at, text=new),)
    imported = names_in_imports(file, old)
    if not isinstance(used, ast.Name) or len(imported) != 1 or imported[0][1].asname is not None:
        return ()
    alias = imported[0][1]
    uses = [n for n in file.kinds.get(ast.Name, ()) if isinstance(n, ast.Name) and n.id == used.id]
    known = new in file.imports
    if len(uses) == 1 and not known:
        return instead(source, used, new), instead(source, alias, new)
    end = source.end(alias)
    more = () if known else (Replacement(start=end, end=end, text=f", {new}"),)
    return instead(source, used, new), *more
