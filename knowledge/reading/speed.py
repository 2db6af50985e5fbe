"""How fast: times, shares, and seconds. Every phrase ends as a speedup or as seconds an image."""

from .durations import durations
from .findings import Finding, cue, found, number
from .tokens import Match, Tagged

_QUICK = "FASTER|FAST|SPEED|SPEEDUP"
_SHORTER = "REDUCE|LESS|LOSS"
_TIMES = (
    "n=FACTOR",
    f"n=NTIMES any{{0,5}} {_QUICK}",
    f"{_QUICK} near{{0,6}} n=NTIMES",
    "n=NTIMES near{0,3} LESS|REDUCE near{0,3} TIME",
    "TIME|SPEED near{0,4} n=NTIMES",
    "FACTOROF EQ|OF|TO? n=NUM",
    "DIVIDE near{0,4} BY|PER n=NUM",
    "SPEEDUP near{0,6} n=NUM",
    "SPEEDUP near{0,4} EQ|MIN near{0,2} n=NUM",
    "n=NUM near{0,1} SPEEDUP",
    "MIN|WANT near{0,2} n=NTIMES",
    f"n=NTIMES all{{0,4}} {_QUICK}",
)
_BY = (
    "SPEED EQ COMMA n=SHARE",
    f"n=SHARE near{{0,2}} {_QUICK}",
    f"n=SHARE near{{0,2}} MORE near{{0,2}} {_QUICK}",
    f"{_QUICK} near{{0,6}} n=SHARE",
    "INCREASE near{0,5} n=SHARE",
)
_TO_SPEED = ("w=W n=SHARE near{0,3} SPEED", "n=SHARE OF near{0,3} SPEED", "SPEED INCREASE? TO n=SHARE")
_TO = (
    f"{_SHORTER} near{{0,7}} TO near{{0,2}} n=SHARE",
    "TIME near{0,6} TO near{0,1} n=SHARE",
    "SWITCH near{0,2} n=SHARE",
)
_CUT = (
    "TIME EQ? COMMA n=SHARE",
    f"{_SHORTER} near{{0,2}} n=SHARE near{{0,4}} TIME",
    f"{_SHORTER} near{{0,8}} n=SHARE",
    f"n=SHARE near{{0,3}} {_SHORTER}",
    "TIME near{0,6} n=SHARE near{0,3} LESS|REDUCE",
)
_OF_TIME = ("n=SHARE near{0,5} TIME", "TIME EQ|MAX|WANT{1,3} n=SHARE", "MAX n=SHARE OF near{0,5} NOW")
_RELATIVE: tuple[tuple[tuple[str, ...], str], ...] = (
    (_TO_SPEED, "at"),
    (_BY, "by"),
    (_TO, "to"),
    (_CUT, "cut"),
    (_OF_TIME, "to"),
)
_SLOWED = ("n=SHARE near{0,1} W? FAST", "SLOWER", "n=SHARE near{0,1} SPEED")


def speed(tagged: Tagged) -> list[Finding]:
    """Every speed that was said, relative or absolute."""
    findings = _slower(tagged)
    findings += durations(tagged)
    taken = {i for f in findings for i in f.taken}
    tagged = tagged.without(taken)
    findings += _times(tagged)
    tagged = tagged.without({i for f in findings for i in f.taken})
    findings += _shares(tagged)
    wanted = [f for f in findings if f.name == "speedup"]
    if len(wanted) > 1 and tagged.has("SETTLE"):
        least = min(wanted, key=lambda f: f.value)
        findings = [f for f in findings if f is least or f.name != "speedup"]
    if not wanted:
        something_else = tagged.first("HALVE near{0,4} MEMORY|STEPS") is not None
        findings += [cue(tagged, m.first, "speedup", 2.0) for m in tagged.find("HALVE") if not something_else]
    return findings


def _slower(tagged: Tagged) -> list[Finding]:
    findings = [
        cue(tagged, n, "slower") for n, t in enumerate(tagged.tokens) if t.tag == "SLOWER" and not _negated(tagged, n)
    ]
    for m in tagged.find("n=SHARE W FAST"):
        if number(tagged, m) < 1:
            findings.append(found(tagged, m, "slower", True, "n"))
    return findings


def _negated(tagged: Tagged, n: int) -> bool:
    before = [t.tag for t in tagged.tokens[max(0, n - 3) : n]]
    return ("NOT" in before or "MAX" in before) and "COMMA" not in before


def _times(tagged: Tagged) -> list[Finding]:
    findings: list[Finding] = []
    taken: set[int] = set()
    ranged = {m.named["n"]: m for m in tagged.find("a=NUM|FACTOR|NTIMES COMMA|TO|AND|OR n=FACTOR|NTIMES")}
    for pattern in _TIMES:
        for m in tagged.without(taken).find(pattern):
            at, value = m.named["n"], number(tagged, m)
            low = ranged.get(at)
            if low is not None and _is_range(tagged, low):
                taken.add(low.named["a"])
                value = min(value, number(tagged, low, "a"))
            if _is_other_thing(tagged, at) or _per_day(tagged, at) or _is_dream(tagged, at):
                taken.add(at)
                continue
            taken.add(at)
            findings.append(_as_speedup(tagged, m, _grown(tagged, m, value)))
    return findings


def _grown(tagged: Tagged, m: Match, value: float) -> float:
    """速度提高一倍 adds the speed once more; it is not once the speed."""
    grown = value == 1 and any(
        t.tag in ("INCREASE", "FASTER", "SPEEDUP") for t in tagged.tokens[max(0, m.first - 1) : m.last]
    )
    return 2.0 if grown and tagged.language == "zh" else value


def _as_speedup(tagged: Tagged, m: Match, value: float) -> Finding:
    if value > 1.0:
        return found(tagged, m, "speedup", round(value, 4), "n")
    return found(tagged, m, "slower", True, "n")


def _is_range(tagged: Tagged, m: Match) -> bool:
    """`2-3x`, `between 1.5x and 2x`, `2 to 3 times`; never `from 1x to 2x`."""
    before = tagged.tokens[max(0, m.first - 1) : m.first]
    link = tagged.tokens[m.named["a"] + 1]
    between = any(t.tag == "BETWEEN" for t in before)
    return (
        between
        or (link.text in ("-", "–", "—"))
        or (link.tag in ("TO", "OR") and not any(t.tag == "FROM" for t in before))
    )


def _is_other_thing(tagged: Tagged, at: int) -> bool:
    """`2x upscaling`, `4x RTX`: a factor of something that is no speed."""
    after = tagged.tokens[at + 1 : at + 2]
    things = ("upscal", "zoom", "larger", "bigger", "super", "windows", "sr", "magnif", "more", "images")
    return tagged.tokens[at].tag == "FACTOR" and any(
        t.tag in ("IMAGES", "GPU", "OTHERNUM", "MEM") or t.text.lower().startswith(things) for t in after
    )


def _per_day(tagged: Tagged, at: int) -> bool:
    return any(t.tag in ("DAY", "UNIT") for t in tagged.tokens[at + 1 : at + 3])


def _is_dream(tagged: Tagged, at: int) -> bool:
    """`at least twice, ideally four times`: the second is no demand."""
    before = tagged.tokens[max(0, at - 3) : at]
    hoped = any(t.tag == "BETTER" for t in before)
    return hoped and any(t.tag in ("FACTOR", "NTIMES") for t in tagged.tokens[:at])


def _shares(tagged: Tagged) -> list[Finding]:
    findings: list[Finding] = []
    taken: set[int] = set()
    for patterns, how in _RELATIVE:
        for pattern in patterns:
            for m in tagged.without(taken).find(pattern):
                at = m.named["n"]
                if pattern == "TIME EQ? COMMA n=SHARE" and tagged.tokens[at - 1].text not in ("-", "–", "—"):
                    continue
                if "w" in m.named and tagged.tokens[m.named["w"]].text.lower() != "at":
                    continue
                if any(t.tag in ("STEPS", "MEMORY", "QUALITY") for t in tagged.tokens[m.first : m.last + 1]):
                    continue
                taken.add(at)
                findings.append(_relative(tagged, m, _how(tagged, m, how)))
    if not findings and tagged.has("SPEED"):
        findings = [_relative(tagged, m, "by") for m in tagged.find("n=SHARE MORE")]
    return findings


def _how(tagged: Tagged, m: Match, how: str) -> str:
    """`half the speed` and `in half the time` are shares of; `by half` is a cut."""
    after = tagged.tokens[m.named["n"] + 1 : m.named["n"] + 4]
    is_word = not tagged.tokens[m.named["n"]].text.rstrip().endswith(("%", "percent", "cent", "Prozent"))
    if how == "by" and is_word and any(t.tag == "SPEED" for t in after):
        return "at"
    return how


def _relative(tagged: Tagged, m: Match, how: str) -> Finding:
    p = number(tagged, m)
    if how == "by":
        value = 1 + p
    elif how == "at":
        value = p
    else:
        left = p if how == "to" else 1 - p
        value = 1 / left if left > 0 else 0.0
    return _as_speedup(tagged, m, value) if value > 0 else found(tagged, m, "impossible", True, "n")
