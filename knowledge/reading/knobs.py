"""The knobs of methods: `interval 3`, `ratio=0.4`, `the gate at step 12`, `guidance off after 60 %`."""

from ..catalogue import METHODS
from .findings import Finding, cue, found, number, token
from .tokens import Match, Tagged, Token

_LINK = "EQ|OF|TO|W|PER|USE|BY|TAKES|COMMA"
_OWNER = {
    "gate_step": "tgate",
    # Several methods have an interval or a threshold; the first in the catalogue is meant where none is named.
    **{name: m.slug for m in reversed(METHODS) for name in m.model_fields if name != "steps"},
}


def knobs(tagged: Tagged) -> list[Finding]:
    """Each knob that is set, as `method.knob`."""
    findings = [*_gate_of(tagged), *_named(tagged)]
    taken = {i for f in findings for i in f.taken}
    findings += _bare(tagged.without(taken))
    return findings + _guidance(tagged) + _scope(tagged)


def _gate_of(tagged: Tagged) -> list[Finding]:
    """`gate step 10 of 25` says the share by itself."""
    findings: list[Finding] = []
    for m in tagged.find(f"PARAM {_LINK}? n=NUM OF|PER d=NUM"):
        if tagged.tokens[m.first].name in ("gate", "gate_step") and number(tagged, m, "d") > number(tagged, m):
            share = number(tagged, m) / number(tagged, m, "d")
            findings.append(found(tagged, m, "tgate.gate", share, "n", "d"))
    for m in tagged.find(f"PARAM {_LINK}? n=SHARE"):
        if tagged.tokens[m.first].name == "gate_step":
            findings.append(found(tagged, m, "tgate.gate", number(tagged, m), "n"))
    return findings


def _named(tagged: Tagged) -> list[Finding]:
    findings: list[Finding] = []
    for m in tagged.find(f"p=PARAM {_LINK}{{0,3}} STEPS? n=NUM|SHARE"):
        knob, value = token(tagged, m, "p").name, number(tagged, m)
        if knob == "gate" and value >= 1:
            knob = "gate_step"
        owner = _OWNER.get(knob)
        implied = knob not in ("interval", "ratio", "gate") or _is_named(tagged, owner)
        if owner and implied and not any(f.taken & {m.named["n"]} for f in findings):
            findings.append(found(tagged, m, f"{owner}.{knob}", value, "n"))
    return findings


def _is_named(tagged: Tagged, slug: str | None) -> bool:
    return any(t.tag == "METHOD" and t.name == slug for t in tagged.tokens)


_BARE = (
    ("deepcache", "interval", "o=METHOD any{0,6} EVERY n=NUM STEPS"),
    ("deepcache", "interval", "o=METHOD EVERY n=NUM"),
    ("deepcache", "interval", "o=METHOD COMMA W EQ n=NUM"),
    ("deepcache", "interval", "o=METHOD COMMA|EQ|OF|USE? n=NUM"),
    ("deepcache", "interval", "o=METHOD near{0,5} n=NUM STEPS PARAM|COMMA?"),
    ("tome", "ratio", "o=METHOD near{0,4} n=SHARE"),
    ("tome", "ratio", "o=METHOD COMMA|EQ|OF|USE|W? n=NUM|SHARE"),
    ("tome", "ratio", "n=SHARE o=METHOD"),
    ("tgate", "gate_step", "o=METHOD near{0,4} STEPS|AFTER n=NUM"),
    ("tgate", "gate", "o=METHOD COMMA|EQ|W|AFTER? n=NUM|SHARE"),
    ("guidance_cutoff", "after", "o=METHOD near{0,2} n=SHARE|NUM"),
)


def _bare(tagged: Tagged) -> list[Finding]:
    """A number right beside its method needs no name: `ToMe 0.5`, `DeepCache every 3 steps`."""
    findings: list[Finding] = []
    for slug, knob, pattern in _BARE:
        for m in tagged.find(pattern):
            after = tagged.tokens[m.last : m.last + 1]
            counted = any(t.tag in ("STEPS", "SCHEDNAME") for t in after) and "STEPS" not in pattern
            if token(tagged, m, "o").name != slug or counted or not _plausible(slug, knob, number(tagged, m)):
                continue
            findings.append(found(tagged, m, f"{slug}.{knob}", number(tagged, m), "n"))
    for m in tagged.find("o=METHOD any{0,6} EVERY n=SHARE|UNIT|W STEPS"):
        if token(tagged, m, "o").name == "deepcache" and (every := _ordinal(token(tagged, m, "n"))):
            findings.append(found(tagged, m, "deepcache.interval", every, "n"))
    for m in tagged.find("MERGEVERB near{0,2} n=SHARE near{0,3} TOKENS"):
        findings += [found(tagged, m, "tome.ratio", number(tagged, m), "n"), cue(tagged, m.first, "required", "tome")]
    return findings


def _ordinal(t: Token) -> float | None:
    """`every other step`, `every second step`, `every third step`."""
    if t.tag == "SHARE":
        return float(round(1 / t.number)) if 0 < t.number <= 0.5 else None
    return 2.0 if t.text.lower() in ("other", "second") else None


def _plausible(slug: str, knob: str, value: float) -> bool:
    whole = knob in ("interval", "gate_step")
    return (value.is_integer() and 1 <= value <= 50) if whole else 0 < value < 1


def _guidance(tagged: Tagged) -> list[Finding]:
    """Guidance that ends early, in any of the ways people say it."""
    if m := tagged.first("GUIDANCE near{0,4} FIRST near{0,1} n=SHARE"):
        share = found(tagged, m, "guidance_cutoff.after", number(tagged, m), "n")
        return [share, cue(tagged, m.first, "required", "guidance_cutoff")]
    named = [m for m in tagged.find("METHOD") if tagged.tokens[m.first].name == "guidance_cutoff"]
    spoken = [*tagged.find("GUIDANCE near{0,2} OFF|NOT"), *tagged.find("OFF|NOT near{0,3} GUIDANCE")]
    findings = [cue(tagged, m.first, "required", "guidance_cutoff") for m in spoken if _is_early(tagged, m)]
    if not findings and not named:
        return []
    return findings + _cut_at(tagged, min(m.first for m in [*named, *spoken]))


def _is_early(tagged: Tagged, m: Match) -> bool:
    return any(t.tag in ("AFTER", "LAST", "FIRST", "SHARE") for t in tagged.tokens[m.first : m.last + 6])


def _cut_at(tagged: Tagged, first: int) -> list[Finding]:
    ahead = [m for m in tagged.find("AFTER|TO|W|OFF near{0,3} n=SHARE") if m.first >= first]
    last = [m for m in tagged.find("LAST near{0,1} n=SHARE") if m.first >= first]
    step = [m for m in tagged.find("AFTER near{0,1} STEPS? n=NUM STEPS?") if m.first >= first]
    if last:
        return [found(tagged, last[0], "guidance_cutoff.after", round(1 - number(tagged, last[0]), 6), "n")]
    if ahead:
        return [found(tagged, ahead[0], "guidance_cutoff.after", number(tagged, ahead[0]), "n")]
    return [found(tagged, step[0], "guidance_cutoff.after_step", number(tagged, step[0]), "n")] if step else []


def _scope(tagged: Tagged) -> list[Finding]:
    """`regional compilation`, `compile the whole unet`."""
    compiled = [m for m in tagged.find("METHOD") if tagged.tokens[m.first].name == "compile"]
    found_ = [cue(tagged, n, "compile.scope", t.name) for n, t in enumerate(tagged.tokens) if t.tag == "SCOPE"]
    regional = [
        cue(tagged, n, "required", "compile") for n, t in enumerate(tagged.tokens) if t.text == "regional compilation"
    ]
    return (found_ if compiled or regional else []) + regional
