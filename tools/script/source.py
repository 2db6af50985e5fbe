"""A Python text with its syntax tree, and edits by exact spans: what is not spliced stays byte for byte."""

import ast
import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from ...knowledge.types import Position
from . import syntax

BOM = "\ufeff"
_NEWLINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Source:
    """Text, tree and the byte offsets of its lines. The tree counts columns in UTF-8 bytes, people in characters."""

    text: str
    tree: ast.Module

    @cached_property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def starts(self) -> list[int]:
        first = len(BOM.encode()) if self.text.startswith(BOM) else 0
        return [first] + [m.end() for m in _NEWLINE.finditer(self.data)]

    @property
    def newline(self) -> str:
        found = _NEWLINE.search(self.data)
        return found.group().decode() if found else "\n"

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias) -> tuple[int, int]:
        """First byte, and the byte after the last."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def code(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias) -> str:
        """The node as it is written."""
        start, end = self.span(node)
        return self.data[start:end].decode("utf-8", "surrogatepass")

    def byte(self, at: Position) -> int:
        """The offset of a position."""
        if at.line > len(self.starts):
            return len(self.data)
        begin = self.starts[at.line - 1]
        line = self.data[begin : self.line_end(begin)].decode("utf-8", "surrogatepass")
        return begin + len(line[: at.column].encode("utf-8", "surrogatepass"))

    def at(self, offset: int) -> Position:
        """The position of a byte."""
        line = max(bisect_right(self.starts, offset), 1)
        return self._position(line, offset - self.starts[line - 1])

    def start(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias) -> Position:
        return self._position(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword | ast.alias) -> Position:
        return self._position(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _position(self, line: int, column: int) -> Position:
        begin = self.starts[line - 1]
        characters = len(self.data[begin : begin + column].decode("utf-8", "replace"))
        return Position(line=line, column=characters)

    def line_end(self, offset: int) -> int:
        """Where the line that holds `offset` ends, before its line break."""
        found = _NEWLINE.search(self.data, offset)
        return found.start() if found else len(self.data)

    def line_start(self, offset: int) -> int:
        return self.starts[max(bisect_right(self.starts, offset) - 1, 0)]

    def indent(self, node: ast.stmt) -> str | None:
        """The white space before a statement; None where something else stands before it on its line."""
        start, _ = self.span(node)
        before = self.data[self.line_start(start) : start].decode("utf-8", "replace")
        return before if before.strip() == "" else None


def fingerprint(text: str) -> str:
    """32 hex digits that tell one text of a script from another."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def parse(text: str) -> Source:
    """Parse Python. Raises SyntaxError or ValueError; of what the parser has no room for, ValueError too."""
    try:
        return Source(text, syntax.module(text.removeprefix(BOM)))
    except (RecursionError, MemoryError) as e:
        raise ValueError("it is nested too deeply") from e


@dataclass
class Splices:
    """Replacements collected first and made together, from the end to the start."""

    source: Source
    edits: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    _replaced: set[tuple[int, int, str]] = field(default_factory=set[tuple[int, int, str]])

    def replace(self, start: int, end: int, text: str) -> None:
        edit = (start, end, text)
        if self.source.data[start:end].decode("utf-8", "replace") != text and edit not in self._replaced:
            self._replaced.add(edit)
            self.edits.append(edit)

    def insert(self, at: int, text: str) -> None:
        self.edits.append((at, at, text))

    def result(self) -> str:
        """The text with all edits; insertions at one place keep the order in which they were asked for."""
        data, pieces, done = self.source.data, list[bytes](), 0
        for start, end, text in sorted(self.edits, key=lambda e: (e[0], e[1])):
            pieces += (data[done:start], text.encode("utf-8", "surrogatepass"))
            done = max(done, end)
        return b"".join((*pieces, data[done:])).decode("utf-8", "surrogatepass")
