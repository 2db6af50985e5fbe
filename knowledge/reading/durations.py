"""Seconds an image and steps a second: what it should take, what it takes now, what is to be saved."""

import re

from .findings import Finding, found, number
from .numerals import value_of
from .tokens import Tagged

_DURATIONS = "n=DUR|RATE|ITRATE"


def durations(tagged: Tagged) -> list[Finding]:
    """Seconds: what it should take, unless they are what it takes now."""
    findings: list[Finding] = []
    for m in tagged.find(_DURATIONS):
        at, value = m.first, number(tagged, m)
        kind = tagged.tokens[at].tag
        if value <= 0:
            continue
        name = {"ITRATE": "step_s"}.get(kind, "latency_s")
        if _is_now(tagged, at):
            name = f"now_{name}"
        elif kind == "DUR" and _is_less(tagged, at):
            name = "saved_s"
        elif kind == "DUR" and value >= 60 and not _has_cue(tagged, at):
            name = "aside"
        findings.append(found(tagged, m, name, value, "n"))
    if not any(f.name == "latency_s" for f in findings):
        findings += _same_unit(tagged, findings)
    for m in tagged.find("MAX|BY PER|OF? u=UNIT"):
        findings.append(found(tagged, m, "latency_s", number(tagged, m, "u"), "u"))
    return findings


def _same_unit(tagged: Tagged, findings: list[Finding]) -> list[Finding]:
    """`it takes 10 s, I want 4`: the unit is not said twice."""
    now = [tagged.tokens[i] for f in findings if f.name == "now_latency_s" for i in f.taken]
    raw = re.match(r"\d+(?:[.,]\d+)*", now[0].text) if now else None
    if raw is None:
        return []
    is_rate, said = now[0].tag == "RATE", value_of(raw.group())
    for pattern in ("WANT|MAX|TO|TAKE near{0,3} n=NUM", "n=NUM near{0,1} WANT|FINE"):
        for m in tagged.find(pattern):
            after = tagged.tokens[m.named["n"] + 1 : m.named["n"] + 2]
            wanted = number(tagged, m)
            if any(t.tag in ("STEPS", "IMAGES", "PX") for t in after) or not (
                wanted > said if is_rate else 0 < wanted < said
            ):
                continue
            factor = said / wanted if is_rate else wanted / said
            return [found(tagged, m, "latency_s", round(now[0].number * factor, 6), "n")]
    return []


def _clause(tagged: Tagged, at: int, stop: tuple[str, ...] = ("SEP", "BUT")) -> range:
    sentence = tagged.sentence(at)
    first = next((n + 1 for n in range(at - 1, sentence.start - 1, -1) if tagged.tokens[n].tag in stop), sentence.start)
    last = next((n for n in range(at + 1, sentence.stop) if tagged.tokens[n].tag in stop), sentence.stop)
    return range(first, last)


def _is_now(tagged: Tagged, at: int) -> bool:
    """Does the clause say that this is how it is, rather than how it should be?"""
    before = _before(tagged, at)
    wish = max((n for n in before if tagged.tokens[n].tag in ("WANT", "MAX", "TO", "REDUCE", "SWITCH")), default=-1)
    now = max((n for n in before if tagged.tokens[n].tag in ("NOW", "TAKES", "FROM", "SLOW")), default=-1)
    if now > wish:
        return True
    after = tagged.tokens[at + 1 : at + 3]
    ends = next((n for n, t in enumerate(after) if t.tag in ("COMMA", "SEP", "BUT")), len(after))
    after = after[:ends]
    if any(t.tag == "TAKES" for t in after) and not any(t.tag == "PER" for t in after):
        return True
    return wish < 0 and any(t.tag in ("NOW", "SLOW") for t in after)


def _before(tagged: Tagged, at: int) -> list[int]:
    """The tokens before it back to another number, a comma or the start of the clause."""
    found_: list[int] = []
    for n in range(at - 1, _clause(tagged, at).start - 1, -1):
        if tagged.tokens[n].tag in ("DUR", "RATE", "COMMA", "AND", "ITRATE"):
            break
        found_.append(n)
    return found_


_SAVING = {
    "save",
    "shave",
    "shave off",
    "knock off",
    "take off",
    "sparen",
    "spare",
    "ahorra",
    "gagner",
    "gagne",
    "节省",
}


def _is_less(tagged: Tagged, at: int) -> bool:
    """`save 2 s`, `2 s faster`: seconds to take away."""
    after = tagged.tokens[at + 1 : at + 2]
    before = tagged.tokens[max(0, at - 3) : at]
    cut = any(t.tag == "REDUCE" for t in before[-2:])
    by = len(before) > 1 and before[-1].tag == "BY" and tagged.language == "en"
    if by or any(
        t.tag == "REDUCE" and t.text.lower() in _SAVING for t in before if "TO" not in [b.tag for b in before]
    ):
        return True
    return any(t.tag in ("FASTER", "LESS", "OFF") and (cut or t.text.lower() != "off") for t in after)


def _has_cue(tagged: Tagged, at: int) -> bool:
    near = tagged.tokens[max(0, at - 4) : at] + tagged.tokens[at + 1 : at + 4]
    return any(t.tag in ("PER", "IMAGES", "TIME") for t in near)
