"""Take out what acceleration added to a file, and nothing else: what its owner wrote since stays."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...knowledge.types import EditRefused

_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_ENDS = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


@dataclass(frozen=True)
class _Block:
    """Neighbouring lines that acceleration exchanged, with the lines around them as they were written."""

    at: int
    """index of `added` in the accelerated file, as it was written"""
    before: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    after: tuple[str, ...]


def revert(code: str, diff: str) -> str | EditRefused:
    """`code` without what `diff` (original to accelerated) did to it, or one sentence: which place changed since."""
    return _without(code, _blocks(diff))


def revert_to(code: str, accelerated: str, original: str) -> str | EditRefused:
    """The same, from the original and the accelerated file as it was written; `code` may have changed since."""
    if code in (accelerated, original):
        return original
    old, new = (text.splitlines(keepends=True) for text in (original, accelerated))
    hunk: list[tuple[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        hunk += [(" " if tag == "equal" else "-", line) for line in old[a:b]]
        hunk += [("+", line) for line in new[c:d] if tag != "equal"]
    return _without(code, _in_hunk(hunk, 0))


def _without(code: str, blocks: Sequence[_Block]) -> str | EditRefused:
    lines = code.splitlines(keepends=True)
    moved = 0
    for block in blocks:
        at = _find(lines, block, block.at + moved)
        if at is None:
            said = next((line.strip() for line in block.added or block.before if line.strip()), "")
            return EditRefused(
                message=f"what was accelerated around line {block.at + 1 + moved} was changed since ({said[:80]}); "
                "undo that place by hand"
            )
        lines[at : at + len(block.added)] = _ended(block.removed, lines[at : at + len(block.added)])
        moved = at - block.at + len(block.removed) - len(block.added)
    return "".join(lines)


def _blocks(diff: str) -> list[_Block]:
    """Every run of changed lines of a unified diff, in order."""
    found: list[_Block] = []
    hunk: list[tuple[str, str]] = []
    start: int | None = None
    for line in _joined(diff):
        header = _HUNK.match(line)
        if header is not None:
            found += _in_hunk(hunk, start or 0)
            hunk, start = [], int(header.group(2)) - 1
        elif start is not None:
            hunk.append((line[0], line[1:]))
    return [*found, *_in_hunk(hunk, start or 0)]


def _joined(diff: str) -> list[str]:
    """Lines of a diff; the note about a missing newline takes the newline off the line before it."""
    lines: list[str] = []
    for line in filter(None, _ENDS.split(diff)):
        if line.startswith("\\ "):
            lines[-1] = lines[-1].removesuffix("\n")
        else:
            lines.append(line)
    return lines


def _in_hunk(hunk: Sequence[tuple[str, str]], at: int) -> list[_Block]:
    found: list[_Block] = []
    n = 0
    while n < len(hunk):
        if hunk[n][0] == " ":
            n, at = n + 1, at + 1
            continue
        end = next((k for k in range(n, len(hunk)) if hunk[k][0] == " "), len(hunk))
        changed = hunk[n:end]
        added = tuple(text for sign, text in changed if sign == "+")
        before = _context(reversed(hunk[:n]))[::-1]
        after = _context(hunk[end:])
        removed = tuple(text for sign, text in changed if sign == "-")
        found.append(_Block(at, before, added, removed, after))
        n, at = end, at + len(added)
    return found


def _context(lines: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The unchanged lines next to a block, up to the next change."""
    found: list[str] = []
    for sign, text in lines:
        if sign != " ":
            break
        found.append(text)
    return tuple(found)


def _find(lines: Sequence[str], block: _Block, wanted: int) -> int | None:
    """Where the added lines stand now: most of the lines around them as they were, nearest to where they were written.

    What was only taken out has no lines of its own, so a neighbour must be there to tell the place.
    """
    size = len(block.added)
    alone = not block.before and not block.after
    places: list[tuple[int, int, int]] = []
    for at in range(len(lines) - size + 1):
        if all(map(_same, lines[at : at + size], block.added)):
            near = _agree(lines[:at][::-1], block.before[::-1]) + _agree(lines[at + size :], block.after)
            if near or alone or _is_telling(block.added):
                places.append((-near, abs(at - wanted), at))
    return min(places)[2] if places else None


def _agree(there: Sequence[str], known: Sequence[str]) -> int:
    """How many lines next to the place are as they were."""
    count = 0
    for one, other in zip(there, known, strict=False):
        if not _same(one, other):
            break
        count += 1
    return count


def _same(one: str, other: str) -> bool:
    """Are the lines the same? The last of a file has perhaps no line end, and gets one when more is written."""
    return one == other or (_bare(one) == _bare(other) and (_bare(one) == one or _bare(other) == other))


def _bare(line: str) -> str:
    return line.rstrip("\r\n")


def _ended(removed: Sequence[str], there: Sequence[str]) -> list[str]:
    """The lines to put back: one that ended the file is ended as what stands in its place is ended now."""
    if not removed or not there or _bare(removed[-1]) != removed[-1]:
        return [*removed]
    return [*removed[:-1], removed[-1] + there[-1][len(_bare(there[-1])) :]]


def _is_telling(added: Sequence[str]) -> bool:
    """Does it hold more than blank lines?"""
    return any(line.strip() for line in added)
