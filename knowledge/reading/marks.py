"""Which stretches of a text are not instructions: quoted prompts, code, pasted logs, addresses, paths."""

import re
from dataclasses import dataclass

from .lexicon import atomise, lexicon

LONGEST = 4000
"""characters of a text that are read; what comes after is noted, not read"""
_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_LOG = re.compile(
    r"(?:\d%\||\[\d\d:\d\d<|Traceback \(most recent|File \"[^\n]*\", line \d|^\s*(?:INFO|DEBUG|WARNING|ERROR)\b"
    r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\b(?:step|Step|epoch)\s\d{1,6}/\d|^\s*>>>)"
)
"""in a line of a log"""
_PLACES = re.compile(
    r"https?://\S+|(?<![\w./~])(?:\.{0,2}/|~/)[\w.-]+(?:/[\w.-]+)*|\b[\w-]+\.(?:py|png|jpg|jpeg|txt|json|ipynb)\b"
)
_QUOTES = re.compile(
    r"\"([^\"\n]*)\"|“([^”\n]*)”|„([^“”\n]*)[“”]|«([^»\n]*)»|「([^」\n]*)」|『([^』\n]*)』|‘([^’\n]*)’"
)
_SINGLE = re.compile(r"(?<![\w'])'([^'\n]+)'(?!\w)")
_PROMPT = re.compile(r"\b(?:prompt|Prompt)\s*[:=]\s*(?![\"'“„«])([^\n;]+)")
MASK = "\ue000"
"""stands for one character of a masked stretch"""


@dataclass(frozen=True)
class Marked:
    """The text with what is no instruction masked, character for character, and the quoted prompt if there is one."""

    text: str
    masked: str
    prompt: str | None
    logs: bool
    cut: bool


def mark(text: str) -> Marked:
    """Mask what is no instruction."""
    read, cut = text[:LONGEST], len(text) > LONGEST
    masked = _blank(read, _CODE)
    lines = [MASK * len(line) if _LOG.search(line) else line for line in masked.split("\n")]
    without_logs = "\n".join(lines)
    prompt, quiet = _prompts(without_logs)
    return Marked(read, _blank(quiet, _PLACES), prompt, without_logs != masked, cut)


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda m: MASK * len(m.group()), text)


def _prompts(text: str) -> tuple[str | None, str]:
    """The first quoted stretch that is prose, and the text with every such stretch masked."""
    found: list[str] = []

    def one(match: re.Match[str]) -> str:
        inside = next((g for g in match.groups() if g is not None), "")
        if _is_term(inside) or match.group().strip() == text.strip():
            return match.group()
        found.append(inside.strip())
        return MASK * len(match.group())

    for pattern in (_QUOTES, _SINGLE, _PROMPT):
        text = pattern.sub(one, text)
    return next((f for f in found if f), None), text


def _is_term(inside: str) -> bool:
    """Is it a word or two of ours in quotes, such as "DeepCache" or "speedup", and so no prompt?"""
    words, known = [a.text for a in atomise(inside)], lexicon("en").words
    return len(words) <= 3 and all(w in known or w[0].isdecimal() for w in words)
