"""What a reader hands back: one thing that was said, and where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .tokens import Match, Tagged, Token

Value = float | str | bool


@dataclass(frozen=True)
class Finding:
    """`name` is a field of Request, a method's knob (`deepcache.interval`), or a cue such as `slower`."""

    name: str
    value: Value
    start: int
    end: int
    taken: frozenset[int] = frozenset()


Reader = Callable[[Tagged], list[Finding]]


def found(tagged: Tagged, match: Match, name: str, value: Value, *numbers: str) -> Finding:
    """A finding at a match; the tokens named in `numbers` are understood and read by nobody else."""
    start, end = tagged.tokens[match.first].start, tagged.tokens[match.last - 1].end
    return Finding(name, value, start, end, frozenset(match.named[n] for n in numbers if n in match.named))


def cue(tagged: Tagged, at: int, name: str, value: Value = True) -> Finding:
    """A finding at one token that takes no number away."""
    return Finding(name, value, tagged.tokens[at].start, tagged.tokens[at].end)


def token(tagged: Tagged, match: Match, name: str) -> Token:
    """The token that a pattern calls `name`."""
    return tagged.tokens[match.named[name]]


def number(tagged: Tagged, match: Match, name: str = "n") -> float:
    """The value of the token that a pattern calls `name`."""
    return token(tagged, match, name).number


def values(findings: Iterable[Finding], name: str) -> list[Value]:
    """Every value of one name, once each, in the order of the text."""
    return list(dict.fromkeys(f.value for f in sorted(findings, key=lambda f: f.start) if f.name == name))


def numbers(findings: Iterable[Finding], name: str) -> list[float]:
    """The same, where the values are numbers."""
    return [float(v) for v in values(findings, name) if not isinstance(v, str)]


def names(findings: Iterable[Finding], name: str) -> list[str]:
    """The same, where the values are names."""
    return [str(v) for v in values(findings, name)]


def is_said(findings: Iterable[Finding], *wanted: str) -> bool:
    """Is there a finding of any of these names?"""
    return any(f.name in wanted for f in findings)
