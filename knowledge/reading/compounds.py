"""Numbers with what they count: `30 %`, `800 ms`, `2x`, `1024x768`, `4 images a minute`, `10 it/s`, `8 GB`."""

from collections.abc import Callable

from .tokens import Match, Tagged, Token

Make = Callable[[Tagged, Match], float]


def _at(tagged: Tagged, match: Match, name: str) -> Token:
    return tagged.tokens[match.named[name]]


def _times(scale: float) -> Make:
    return lambda tagged, m: _at(tagged, m, "n").number * scale


def _unit(tagged: Tagged, m: Match) -> float:
    return _at(tagged, m, "n").number * _at(tagged, m, "u").number


def _per_unit(tagged: Tagged, m: Match) -> float:
    n = _at(tagged, m, "n").number
    return _at(tagged, m, "u").number / n if n > 0 else 0.0


def _some_in(tagged: Tagged, m: Match) -> float:
    n = _at(tagged, m, "n").number
    return _at(tagged, m, "d").number * _at(tagged, m, "u").number / n if n > 0 else 0.0


def _inverse(tagged: Tagged, m: Match) -> float:
    n = _at(tagged, m, "n").number
    return 1 / n if n > 0 else 0.0


def _per_minute(tagged: Tagged, m: Match) -> float:
    return 60 * _inverse(tagged, m)


def _share(tagged: Tagged, m: Match) -> float:
    return _at(tagged, m, "n").number / 100


def _fraction(tagged: Tagged, m: Match) -> float:
    over = _at(tagged, m, "d").number
    return _at(tagged, m, "n").number / over if over > 0 else 0.0


RULES: tuple[tuple[str, str, Make], ...] = (
    ("n=NUM PCT", "SHARE", _share),
    ("PCTOF n=NUM", "SHARE", _share),
    ("n=NUM u=FRACTION", "SHARE", _unit),
    ("n=NUM IMAGES EVERY|PER|W d=NUM u=UNIT", "RATE", _some_in),
    ("n=SHARE OF? PER? u=UNIT", "DUR", _unit),
    ("n=NUM IMAGES PER u=UNIT", "RATE", _per_unit),
    ("n=NUM IMAGES BY u=UNIT", "RATE", _per_unit),
    ("PER|EVERY u=UNIT WANT|WRITE|TAKES|W{0,3} n=NUM IMAGES", "RATE", _per_unit),
    ("n=NUM FPS", "RATE", _inverse),
    ("n=NUM IPM", "RATE", _per_minute),
    ("n=NUM ITS", "ITRATE", _inverse),
    ("n=NUM SPIT", "ITRATE", _times(1.0)),
    ("n=NUM u=MEMUNIT", "MEM", _unit),
    ("n=NUM u=UNIT", "DUR", _unit),
    ("n=NUM TIMES", "NTIMES", _times(1.0)),
    ("n=NUM X", "FACTOR", _times(1.0)),
    ("X n=NUM", "FACTOR", _times(1.0)),
)


def compound(tagged: Tagged) -> Tagged:
    """The same text with every such group as one token."""
    tagged = _sizes(tagged)
    tagged = _rewrite(tagged, "n=NUM PER d=NUM", "SHARE", _fraction, _is_slash)
    tagged = _rewrite(tagged, "n=NUM OF", "SHARE", _times(1.0), lambda t, m: 0 < _at(t, m, "n").number < 1)
    for pattern, name, make in RULES:
        tagged = _rewrite(tagged, pattern, name, make, _any)
    return tagged


def _any(tagged: Tagged, m: Match) -> bool:
    return True


def _is_slash(tagged: Tagged, m: Match) -> bool:
    n, d = _at(tagged, m, "n").number, _at(tagged, m, "d").number
    return tagged.tokens[m.first + 1].text == "/" and 0 < n < d <= 10


def _sizes(tagged: Tagged) -> Tagged:
    """`1024x768`, `768 by 512`: the width as the number, the height as the name."""

    def size(t: Tagged, m: Match) -> bool:
        return min(_at(t, m, "n").number, _at(t, m, "h").number) >= 32

    def height(t: Tagged, m: Match) -> str:
        return str(int(_at(t, m, "h").number))

    for pattern in ("n=NUM PX? X|BY|COMMA h=NUM PX?",):
        tagged = _rewrite(tagged, pattern, "SIZE", _times(1.0), lambda t, m: size(t, m) and _is_cross(t, m), height)
    return tagged


def _is_cross(tagged: Tagged, m: Match) -> bool:
    return any(t.text.lower() in ("x", "×", "*", "by") for t in tagged.tokens[m.first : m.last])


def _rewrite(
    tagged: Tagged,
    pattern: str,
    name: str,
    make: Make,
    fits: Callable[[Tagged, Match], bool],
    label: Callable[[Tagged, Match], str] = lambda t, m: "",
) -> Tagged:
    tokens, done = list[Token](), 0
    for m in tagged.find(pattern):
        if not fits(tagged, m):
            continue
        first, last = tagged.tokens[m.first], tagged.tokens[m.last - 1]
        text = " ".join(t.text for t in tagged.tokens[m.first : m.last])
        tokens += tagged.tokens[done : m.first]
        tokens.append(first._replace(tag=name, text=text, end=last.end, number=make(tagged, m), name=label(tagged, m)))
        done = m.last
    return Tagged([*tokens, *tagged.tokens[done:]], tagged.language) if done else tagged
