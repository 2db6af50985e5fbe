"""Search and replace in a text, where every piece that is searched for stands there exactly once. Pure."""

from collections.abc import Sequence

from ...knowledge.types import Record
from . import syntax


class Replacement(Record):
    """One piece of the text, and what takes its place."""

    search: str
    replace: str


def replaced(text: str, edits: Sequence[Replacement]) -> str | list[str]:
    """The text with all edits made, one after another; or a sentence for each that cannot be made."""
    wrong: list[str] = []
    for number, edit in enumerate(edits, 1):
        count = text.count(edit.search) if edit.search else 0
        if count == 1:
            text = text.replace(edit.search, edit.replace)
        else:
            wrong.append(f"edit {number}: {_why(edit.search, count)}")
    return wrong or text


def _why(search: str, count: int) -> str:
    if not search:
        return "there is nothing to search for"
    shown = search.strip().splitlines()[0][:60] if search.strip() else "white space"
    if count:
        return f"the text to search for, which begins {shown!r}, stands there {count} times: give more of its lines"
    return f"the text to search for, which begins {shown!r}, does not stand there: copy it exactly, indents too"


def unparsable(code: str) -> str | None:
    """Why a text is no Python, in one sentence; None where it is."""
    try:
        syntax.module(code)
    except SyntaxError as e:
        return f"line {e.lineno}: {e.msg}"
    except (ValueError, RecursionError, MemoryError) as e:
        return str(e) or "it is nested too deeply"
    return None
