"""A text as tagged tokens, and patterns over the tags."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .lexicon import Atom, atomise, language_of, lexicon
from .marks import MASK
from .numerals import numeral
from .spelling import corrected

MOST = 400
"""atoms of a text that are read: a request is shorter, and reading must not take long"""
TAKEN = "TAKEN"
"""tag of a number that a reader has understood, so that no other reads it again"""


class Token(NamedTuple):
    """One phrase of the vocabulary (`tag`, perhaps with a value), or one unknown word (`W`)."""

    tag: str
    text: str
    start: int
    end: int
    number: float = 0.0
    name: str = ""


@dataclass(frozen=True)
class Match:
    """Where a pattern fits: the tokens from `first` up to, not including, `last`, and the named ones among them."""

    first: int
    last: int
    named: dict[str, int]


class Tagged:
    """The tokens of a text. Readers search it with patterns such as `share=SHARE MORE? near{0,2} FASTER`.

    A part is a tag or several with bars, perhaps named and repeated. `near` is any token of the same clause but
    numbers; `any` is any token of the same sentence.
    """

    def __init__(self, tokens: Sequence[Token], language: str) -> None:
        self.tokens = tuple(tokens)
        self.language = language
        self._string = "".join(f"{t.tag} " for t in tokens)
        ends = [0]
        for t in self.tokens:
            ends.append(ends[-1] + len(t.tag) + 1)
        self._at = {offset: n for n, offset in enumerate(ends)}

    def find(self, pattern: str) -> Iterator[Match]:
        """Every place where a pattern fits, from the left, not overlapping."""
        for m in compiled(pattern).finditer(self._string):
            named = {k: self._at[m.start(k)] for k in m.groupdict() if m.group(k) is not None}
            yield Match(self._at[m.start()], self._at[m.end()], named)

    def first(self, pattern: str) -> Match | None:
        """The leftmost place where a pattern fits."""
        return next(self.find(pattern), None)

    def has(self, *tags: str) -> bool:
        """Is any of these tags there?"""
        return any(t.tag in tags for t in self.tokens)

    def sentence(self, at: int) -> range:
        """The indices of the sentence around a token."""
        first = next((n + 1 for n in range(at - 1, -1, -1) if self.tokens[n].tag == "SEP"), 0)
        last = next((n for n in range(at, len(self.tokens)) if self.tokens[n].tag == "SEP"), len(self.tokens))
        return range(first, last)

    def without(self, taken: set[int]) -> "Tagged":
        """The same with the tokens at these indices marked as understood."""
        new = [n for n in taken if self.tokens[n].tag != TAKEN]
        if not new:
            return self
        tokens = list(self.tokens)
        for n in new:
            tokens[n] = tokens[n]._replace(tag=TAKEN)
        return Tagged(tokens, self.language)


_NUMBERS = "NUM|SHARE|DUR|FACTOR|SIZE|RATE|MEM|NTIMES|ITRATE"
_NEAR = rf"(?!(?:SEP|COMMA|BUT|{_NUMBERS}) )\S+ "


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """`n=NUM PCT? near{0,2} FASTER` as a regular expression over `TAG TAG TAG `."""
    parts: list[str] = []
    for part in pattern.split(" "):
        m = re.fullmatch(r"(?:(\w+)=)?([\w|^]+?)([?*+]|\{\d+,\d+\})?", part)
        assert m, f"not a pattern: {part}"
        name, tags, count = m.groups()
        one = {"near": _NEAR, "any": r"(?!SEP )\S+ ", "all": r"\S+ "}.get(tags, rf"(?:{tags}) ")
        parts.append(f"(?P<{name}>{one}){count or ''}" if name else f"(?:{one}){count or ''}")
    return re.compile(r"(?<!\S)" + "".join(parts))


def tag(masked: str) -> Tagged:
    """A masked text as tokens, numbers in words among them."""
    atoms = atomise(masked)[:MOST]
    language = language_of(atoms)
    words = [corrected(a.text, language) for a in atoms]
    tokens, at, known = list[Token](), 0, lexicon(language)
    while at < len(atoms):
        phrase = known.match(words, at)
        count = phrase[0] if phrase else 0
        number = numeral(words, at, language)
        if number is not None and number[0] >= count:
            tokens.append(_token("NUM", atoms[at : at + number[0]], masked, number[1]))
            at += number[0]
        elif phrase is not None:
            tokens.append(_phrase(phrase[1], atoms[at : at + count], masked))
            at += count
        else:
            tokens.append(_token("MASK" if words[at][0] == MASK else "W", [atoms[at]], masked))
            at += 1
    return Tagged(_inner_dots(tokens, masked), language)


def _token(name: str, atoms: Sequence[Atom], text: str, number: float = 0.0) -> Token:
    start, end = atoms[0].start, atoms[-1].end
    return Token(name, text[start:end], start, end, number)


def _phrase(tag_and_value: str, atoms: Sequence[Atom], text: str) -> Token:
    name, _, value = tag_and_value.partition("=")
    token = _token(name, atoms, text)
    try:
        return token._replace(number=float(value))
    except ValueError:
        return token._replace(name=value)


def _inner_dots(tokens: list[Token], text: str) -> list[Token]:
    """A full stop inside a word (`e.g`, `scheduler.config`) ends no sentence."""
    inner = {
        id(b) for a, b in pairwise(tokens) if b.text == "." and a.end == b.start and text[b.end : b.end + 1].isalnum()
    }
    return [t._replace(tag="DOT") if id(t) in inner else t for t in tokens]
