"""Typing mistakes, corrected against the closed vocabulary: one slip, or two in a long word."""

from collections.abc import Iterator
from functools import cache

from .lexicon import lexicon
from .numerals import number_words

_SHORTEST = 4
_REAL_WORDS = """
dies died deal deals dear diet
fist fast past cost most stop stops steep sleep speech spend spent seed seeds master plaster faster later laser last
list loss lose close house made make fake take takes same some time tile line like live half have haves more move
mode model models modes node nodes noise nice nine mine main train brain grain picture mixture scope score store
stone scare share shape there their these those then than that this three tree free frame flame form from farm firm
home hope scheduled schedule guide dance force forces source sources course memoir text test tests rest best light
right night might fight quite quiet quit queue equality reality thing things think white while where when what with
will wall well tell tall call cell sell still skill scale small smell shell spell speak spear stage state start
stark spark spare space place plate late rate race face fact part port point paint print sprint spring string strong
wrong group growth ground round sound found mound pound stable table cable able style stall shall image imagine
manage damage mirage page pages sure pure cure care core cores code coder coded cover covers lover lower power tower
flower slowed slowly shown known grown noisy nosy second prompt prompts promise loaded loading reading heading
seconde besser bester lesser cutter butter better letter latter matter batter water wider wired tired required
acquire inquire squire pattern lantern compare compared compares comparing complete completed completing
"""
_REAL = frozenset(_REAL_WORDS.split())
"""words that are near one of ours and are not it"""


def corrected(word: str, language: str) -> str:
    """The word of the vocabulary that was probably meant, or the word itself."""
    known = lexicon(language).words
    if (
        word in known
        or word in _REAL
        or word in number_words(language)
        or word in number_words("en")
        or len(word) < _SHORTEST
        or not word.isalpha()
        or len(word) > 24
    ):
        return word
    index = _index(language)
    near: set[str] = set()
    for key in {word, *_deletes(word, 2 if len(word) >= 7 else 1)}:
        near.update(index.get(key, ()))
    return min((w for w in near if _plausible(word, w)), key=lambda w: (_distance(word, w), w), default=word)


def _plausible(word: str, meant: str) -> bool:
    distance = _distance(word, meant)
    if word[0] != meant[0] or not distance:
        return not distance
    if len(word) <= 4 and len(meant) <= 4:
        return sorted(word) == sorted(meant) and word[0] == meant[0]
    return distance <= (2 if min(len(word), len(meant)) >= 7 else 1)


@cache
def _index(language: str) -> dict[str, tuple[str, ...]]:
    """Every word of the vocabulary under itself and itself without one letter, or two where it is long."""
    index: dict[str, list[str]] = {}
    for word in lexicon(language).words:
        if len(word) >= _SHORTEST and word.isalpha() and word.isascii():
            for key in {word, *_deletes(word, 2 if len(word) >= 7 else 1)}:
                index.setdefault(key, []).append(word)
    return {key: tuple(words) for key, words in index.items()}


def _deletes(word: str, depth: int) -> Iterator[str]:
    for n in range(len(word)):
        shorter = word[:n] + word[n + 1 :]
        yield shorter
        if depth > 1:
            yield from _deletes(shorter, depth - 1)


def _distance(a: str, b: str) -> int:
    """Slips between two words: a letter more, less or other, or two neighbours exchanged (Damerau)."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
