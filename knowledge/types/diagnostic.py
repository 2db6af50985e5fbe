"""What is wrong with a script, where, and the smallest edit that puts it right."""

from typing import Literal

from pydantic import Field

from .record import Record
from .script import Position

Severity = Literal["error", "warning", "information", "hint"]


class Replacement(Record):
    """Text that takes the place of what stands between two positions; the same position twice: an insertion."""

    start: Position
    end: Position
    text: str


class Diagnostic(Record):
    """One finding in the text of a script. Nothing was run."""

    code: str = Field(description="its slug in the list of diagnostics")
    severity: Severity
    sentence: str = Field(description="one sentence for people: what is wrong here, and what to do")
    start: Position
    end: Position
    fix: str | None = Field(default=None, description="what the edit does, in a few words; None: there is no safe one")
    edits: tuple[Replacement, ...] = ()
