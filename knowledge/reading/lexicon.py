"""The tables of words joined into one lexicon a language, and text cut into atoms and matched against it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from ..catalogue import PLUGGED
from .words import chinese, english, french, german, names, spanish

LANGUAGES = {"de": german.WORDS, "es": spanish.WORDS, "fr": french.WORDS, "zh": chinese.WORDS}
_ATOM = re.compile(
    r"\d+(?:[.,]\d+)*|(?<![\w.)])\.\d+|½|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_\u3400-\u9fff]+)*'?|\ue000+|[<>]=|[^\s\w]|\n|_"
)
_QUOTES = '"“”„«»'
"""signs that stand around words and say nothing themselves"""
_GLUE = re.compile(r"(?<=[a-z])[-‐‑_](?=[a-z0-9α-ω])|(?<=\d)[-‐‑_](?=[a-z])|(?<=[a-z])_(?=[a-z0-9])")
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Atom:
    """A word, a number, a sign or one Chinese character, folded, with its place in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """Phrases as tuples of atoms, by their first atom and longest first."""

    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def match(self, atoms: list[str], at: int) -> tuple[int, str] | None:
        """How many atoms the longest phrase at `at` takes, and its tag."""
        for phrase, tag in self.phrases.get(atoms[at], ()):
            if tuple(atoms[at : at + len(phrase)]) == phrase:
                return len(phrase), tag
        return None


def fold(text: str) -> str:
    """Lower case without accents, one character for one character, so that places stay what they were."""
    return "".join(c if c.isascii() and not c.isupper() else _folded(c) for c in text)


@cache
def _folded(c: str) -> str:
    if c in "½×…\ue000":
        return c
    if c == "ß":
        return "s"
    if c in "’‘`´":
        return "'"
    return (unicodedata.normalize("NFKD", c)[:1] or c).lower()[:1] or c


def atomise(text: str) -> list[Atom]:
    """Cut into atoms. Hyphens and underscores inside words count as spaces."""
    folded = _GLUE.sub(" ", fold(text))
    return [
        Atom(m.group().rstrip("'") or "'", m.start(), m.end())
        for m in _ATOM.finditer(folded)
        if m.group() not in _QUOTES
    ]


@cache
def lexicon(language: str) -> Lexicon:
    """Names, English, and on top the language's own words, which win where they mean something else."""
    joined: dict[tuple[str, ...], str] = {}
    plugged = {f"METHOD={m.slug}": f"{m.slug} | {m.slug.replace('_', ' ')} | {m.title.lower()}" for m in PLUGGED}
    for table in (plugged, names.WORDS, english.WORDS, LANGUAGES.get(language, {})):
        for tag, phrases in table.items():
            for phrase in _split(phrases):
                joined[tuple(a.text for a in atomise(phrase)) or (phrase,)] = tag
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, tag in sorted(joined.items(), key=lambda item: -len(item[0])):
        by_first.setdefault(phrase[0], []).append((phrase, tag))
    return Lexicon(by_first, frozenset(w for phrase in joined for w in phrase))


def _split(phrases: str) -> Iterable[str]:
    """The phrases of one line. A bar as a sign would need an entry of its own; none is read."""
    return (p.strip(" ") for p in phrases.split("|") if p.strip(" "))


@cache
def _own_words(language: str) -> frozenset[str]:
    return _words(LANGUAGES[language])


@cache
def _english_words() -> frozenset[str]:
    return _words(english.WORDS)


@cache
def _names() -> frozenset[str]:
    return _words(names.WORDS)


def _words(table: dict[str, str]) -> frozenset[str]:
    return frozenset(a.text for phrases in table.values() for p in _split(phrases) for a in atomise(p))


def language_of(atoms: list[Atom]) -> str:
    """The language whose own words explain most of the text; English where nothing else does better."""
    words = [a.text for a in atoms if a.text not in _names()]
    if any(_CJK.match(w) for w in words):
        return "zh"
    english_score = sum(w in _english_words() for w in words)
    scores = {lang: sum(w in _own_words(lang) for w in words) for lang in ("de", "es", "fr")}
    best = max(scores, key=lambda lang: scores[lang])
    only = sum(w in _own_words(best) and w not in _english_words() for w in words)
    return best if scores[best] >= english_score and only else "en"
