"""Notebooks as one script: code cells in a row, and back again cell by cell. What is not code stays byte for byte.

The format is read here and not by nbformat, which would lay the whole file out anew: an edit is to be minimal.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .analyse import Unreadable, read

_MARK = "# %% diffagent cell {0}"
_MARKS = re.compile(r"^# %% diffagent cell (\d+)\n", re.MULTILINE)
_HIDDEN = "#magic: "
_LINE = re.compile(r"^([ \t]*)(#magic: |pass  #magic: )", re.MULTILINE)
_MAGIC = re.compile(
    r"^([ \t]*)((?:%{1,2}[a-zA-Z_].*|!.*|\?{1,2}\w.*|[\w.]+\?{1,2}|[\w, ]+=\s*[%!]\s*\w.*)$)", re.MULTILINE
)
_PYTHON_CELLS = ("time", "timeit", "capture", "prun")
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Cell:
    """The code of one cell, and where its `source` stands in the notebook's text."""

    number: int
    """as people count them, from 1, all kinds of cells"""
    start: int
    end: int
    code: str
    as_lines: bool
    """is `source` a list of lines, as Jupyter writes it, or one string?"""


@dataclass(frozen=True)
class Notebook:
    """A notebook's own text and its code cells."""

    text: str
    cells: tuple[Cell, ...]

    @property
    def python(self) -> str:
        """All code cells as one script; magics and shell lines are comments in it."""
        return joined((c.number, c.code) for c in self.cells)

    def filled(self, python: str) -> str:
        """The notebook's text with the cells of a changed script; cells that are as they were are not touched."""
        changed = dict(_cells_of(python))
        pieces, done = list[str](), 0
        for cell in self.cells:
            code = changed.get(cell.number)
            if code is None or code == _closed(_shown(cell.code)):
                continue
            code = original(code if cell.code.endswith("\n") else code.removesuffix("\n"))
            pieces += (self.text[done : cell.start], self._dumped(cell, code))
            done = cell.end
        return "".join((*pieces, self.text[done:]))

    def place(self, line: int) -> tuple[int, int]:
        """Cell and line in it, both from 1, of a line of the script."""
        lines = self.python.splitlines()[:line]
        at = max((n for n, text in enumerate(lines) if _MARKS.match(f"{text}\n")), default=0)
        found = _MARKS.match(f"{lines[at]}\n") if lines else None
        return (int(found.group(1)) if found else 1), max(line - at - 1, 1)

    def _dumped(self, cell: Cell, code: str) -> str:
        """A cell's `source` as JSON, laid out and escaped as it was."""
        before = self.text[cell.start : cell.end]
        ascii_only = "\\u" in self.text and self.text.isascii()
        if not cell.as_lines:
            return json.dumps(code, ensure_ascii=ascii_only)
        lines = [json.dumps(line, ensure_ascii=ascii_only) for line in code.splitlines(keepends=True)]
        gap = re.match(r"\[(\s*)", before)
        tail = re.search(r"(\s*)\]$", before)
        start, end = (gap.group(1) if gap else ""), (tail.group(1) if tail else "")
        return f"[{start}{f',{start or chr(32)}'.join(lines)}{end}]"


def joined(cells: Iterable[tuple[int, str]]) -> str:
    """Numbers and codes of cells as one script: a line with its number before each."""
    return "".join(f"{_MARK.format(number)}\n{_closed(_shown(code))}" for number, code in cells)


def read_notebook(path: str, text: str) -> Notebook | Unreadable:
    """The code cells of a notebook of format 4, or one sentence why it cannot be read."""
    text = text.removeprefix("\ufeff")
    try:
        whole: Any = json.loads(text)
    except (ValueError, RecursionError) as e:
        return Unreadable(message=f"{path}: not a notebook that can be read ({e})")
    if not isinstance(whole, dict) or not isinstance(whole.get("cells"), list):
        return Unreadable(message=f"{path}: not a notebook of format 4 (it has no cells); open and save it in Jupyter")
    if (language := _language(whole)) != "python":
        return Unreadable(message=f"{path}: the notebook's language is {language}, not Python")
    cells = tuple(_code_cells(text))
    return next((found for c in cells if (found := _unparsed(path, c)) is not None), Notebook(text, cells))


def _language(whole: Any) -> str:
    """What the kernel speaks; Python where the notebook does not say."""
    for key in ("metadata", "kernelspec", "language"):
        whole = whole.get(key) if isinstance(whole, dict) else None
    return whole if isinstance(whole, str) else "python"


def _unparsed(path: str, cell: Cell) -> Unreadable | None:
    """Why a cell is not Python; a cell must be by itself."""
    found = read(path, _shown(cell.code))
    if not isinstance(found, Unreadable):
        return None
    where = f"{path}, cell {cell.number}"
    return found.model_copy(update={"message": f"{where}{found.message.removeprefix(path)}"})


def _code_cells(text: str) -> Iterator[Cell]:
    cells = _member(text, text.index("{"), "cells")
    for number, (value, at, _) in enumerate(_items(text, cells[1]) if cells is not None else (), 1):
        found = _member(text, at, "source") if isinstance(value, dict) and value.get("cell_type") == "code" else None
        if found is not None and isinstance(found[0], str | list):
            source, start, end = found
            code = source if isinstance(source, str) else "".join(str(line) for line in source)
            yield Cell(number, start, end, code, isinstance(source, list))


def _member(text: str, at: int, wanted: str) -> tuple[Any, int, int] | None:
    """Value, first and last+1 character of a member of the object at `at`; of several of one name the last counts."""
    found = [(value, start, end) for key, value, start, end in _members(text, at) if key == wanted]
    return found[-1] if found else None


def _members(text: str, at: int) -> Iterator[tuple[str, Any, int, int]]:
    """Key, value, first and last+1 character of each value of the object that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield key, value, start, end
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _items(text: str, at: int) -> Iterator[tuple[Any, int, int]]:
    """Value, first and last+1 character of each item of the list that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value, at, end
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _closed(code: str) -> str:
    return code if code.endswith("\n") else f"{code}\n"


def _shown(code: str) -> str:
    """The cell's code with everything that only IPython understands as comments."""
    first = code.lstrip().partition("\n")[0]
    if first.startswith("%%") and first[2:].split(" ")[0].strip() not in _PYTHON_CELLS:
        return re.sub(r"^(?=.)", _HIDDEN, code, flags=re.MULTILINE)
    return _MAGIC.sub(lambda m: f"{m[1]}{'pass  ' if m[1] else ''}{_HIDDEN}{m[2]}", code)


def original(code: str) -> str:
    """What IPython understands, as it was."""
    return _LINE.sub(r"\1", code)


def _cells_of(python: str) -> Iterator[tuple[int, str]]:
    """Number and code of each cell of a script that was made of a notebook."""
    parts = _MARKS.split(python)
    for number, code in zip(parts[1::2], parts[2::2], strict=True):
        yield int(number), code
