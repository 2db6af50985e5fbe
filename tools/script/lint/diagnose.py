"""Every diagnostic of a text, in the order of its lines, without those that a comment asks to leave out."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from ....knowledge.types import Diagnostic, Maker
from ..analyse import Studied, Unreadable, study
from .caches import caches
from .calling import calling
from .loading import ids_and_keywords, loading
from .packages import packages
from .samplers import samplers
from .seen import Seen
from .switches import switches

CHECKS = (loading, ids_and_keywords, calling, switches, samplers, caches)
_IGNORE = re.compile(r"#\s*diffagent:\s*ignore(?P<file>-file)?(?:\[(?P<codes>[^\]]*)\])?")


def diagnose(
    path: str, text: str, elsewhere: Sequence[Maker] = (), ignore: Collection[str] = ()
) -> tuple[Diagnostic, ...] | Unreadable:
    """What is wrong with a Python text, or why it cannot be read. `ignore` are codes that nobody wants to hear of."""
    studied = study(path, text, elsewhere)
    return found_in(studied, ignore) if isinstance(studied, Studied) else studied


def found_in(studied: Studied, ignore: Collection[str] = ()) -> tuple[Diagnostic, ...]:
    """The same, of a file that was studied already."""
    silent = _silenced(studied.file.source.text)
    found = (d for d in _all(studied) if d.code not in ignore and not silent(d))
    return tuple(sorted(dict.fromkeys(found), key=lambda d: (d.start.line, d.start.column, d.code)))


def _all(studied: Studied) -> Iterator[Diagnostic]:
    if "diffusers" not in studied.file.source.text:
        return
    for one, site in studied.pairs:
        seen = Seen(studied.file, one, site)
        for check in CHECKS:
            yield from check(seen)
    yield from packages(studied.file)


def _silenced(text: str) -> Callable[[Diagnostic], bool]:
    """Is a diagnostic asked to be left out: `# diffagent: ignore[code]` on its line, or `ignore-file` anywhere?"""
    lines: dict[int, frozenset[str]] = {}
    for number, line in enumerate(text.splitlines(), 1) if "diffagent" in text else ():
        for comment in _IGNORE.finditer(line):
            codes = frozenset(c.strip() for c in (comment["codes"] or "*").split(","))
            at = 0 if comment["file"] else number
            lines[at] = lines.get(at, frozenset()) | codes
    return lambda d: bool({d.code, "*"} & (lines.get(d.start.line, frozenset()) | lines.get(0, frozenset())))
