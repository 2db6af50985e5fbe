"""Methods that are asked for, allowed or refused."""

from dataclasses import replace

from ..catalogue import CATALOGUE
from .findings import Finding, cue
from .tokens import Tagged, Token

_LISTED = {
    "METHOD",
    "DTYPE",
    "AND",
    "OR",
    "COMMA",
    "PARAM",
    "EQ",
    "NUM",
    "SHARE",
    "PER",
    "TAKEN",
    "OTHERMETHOD",
    "SCHED",
}
_ITEMS = {"METHOD", "DTYPE", "OTHERMETHOD", "SCHED"}
_LIST_WORDS = {"the", "a", "any", "der", "die", "das", "le", "la", "el", "los", "las", "of", "and", "even"}
_ENDS = ("COMMA", "SEP", "BUT")
_GRANTED = ("allowed", "used", "permitted", "available", "table", "disposal", "erlaubt", "permitidos", "autorises")
_BRIDGE = {"W", "WANT", "ALLOW", "TO", "PER", "TAKE", "ONLY", "FINE"}
_REACH = 9
_GOVERNING = {
    "NOT": "forbidden",
    "AFTERNOT": "forbidden",
    "ALLBUT": "forbidden",
    "ONLY": "only",
    "ALLOW": "allowed",
    "USE": "required",
    "SWITCH": "required",
    "WRITE": "required",
}


def methods(tagged: Tagged) -> list[Finding]:
    """One finding for each method that is named: required, only, allowed or forbidden, with its slug."""
    findings: list[Finding] = []
    for n, t in enumerate(tagged.tokens):
        if t.tag == "METHOD" or (t.tag == "SCHED" and _is_listed(tagged, n)):
            findings += _one(tagged, n, t.name or "sampler")
        elif t.tag == "DTYPE":
            findings += _dtype(tagged, n, t)
        elif t.tag == "OTHERMETHOD":
            findings.append(cue(tagged, n, "other_method", t.name))
    return _menu(_alternatives(tagged, findings))


def _menu(findings: list[Finding]) -> list[Finding]:
    """A list of three or more of which two cannot be combined is a choice, whatever stands before it."""
    required = [str(f.value) for f in findings if f.name == "required"]
    clash = any(b in CATALOGUE[a].clashes for a in required for b in required)
    if len(set(required)) < 3 or not clash:
        return findings
    return [replace(f, name="allowed") if f.name == "required" else f for f in findings]


def _one(tagged: Tagged, n: int, slug: str) -> list[Finding]:
    how = stance(tagged, n)
    if how is None or (n and tagged.tokens[n - 1].tag == "FROM"):
        return []
    if slug == "precision" and how == "required":
        return [cue(tagged, n, "dtype_open")]
    return [cue(tagged, n, how, slug)]


def _dtype(tagged: Tagged, n: int, t: Token) -> list[Finding]:
    """A number format: asked for, kept or refused."""
    how = stance(tagged, n)
    if how is None or (n and tagged.tokens[n - 1].tag == "FROM"):
        return []
    if t.name == "float32":
        return [cue(tagged, n, "dtype", t.name)] if how != "forbidden" else [cue(tagged, n, "dtype_open")]
    if how in ("forbidden", "allowed"):
        return [cue(tagged, n, how, "precision")]
    if n and tagged.tokens[n - 1].tag == "MINE" and tagged.tokens[n - 1].text.lower() != "it":
        return [cue(tagged, n, "dtype_now", t.name)]
    if how == "only":
        return [cue(tagged, n, "only", "precision"), cue(tagged, n, "only_dtype", t.name)]
    return [cue(tagged, n, "dtype", t.name)]


def _is_listed(tagged: Tagged, n: int) -> bool:
    """`Allowed: deepcache, tome, sampler`: a scheduler that stands in a list of methods is the method."""
    near = tagged.tokens[max(0, n - 3) : n] + tagged.tokens[n + 1 : n + 4]
    linked = any(t.tag in ("COMMA", "AND", "OR", "EQ") for t in tagged.tokens[max(0, n - 2) : n + 2])
    return (
        linked
        and any(t.tag in ("METHOD", "DTYPE") for t in near)
        and _governed(tagged, n) in ("allowed", "only", "forbidden")
    )


def stance(tagged: Tagged, n: int) -> str | None:
    """required, only, allowed, forbidden; None where it is only mentioned or would merely be tolerated."""
    after, governed = _after(tagged, n), _governed(tagged, n)
    if after == "forbidden" or governed == "forbidden":
        return "forbidden"
    if after == "fine":
        return None
    if governed == "only" or after == "only":
        return "only"
    if governed == "allowed" or after == "allowed":
        return "allowed"
    if _is_asked_about(tagged, n):
        return None
    return "required" if after != "nothing else" else "alone"


def _governed(tagged: Tagged, n: int) -> str | None:
    """What the words before it say, read backwards within the clause and through a list."""
    verb: str | None = None
    bridged = 0
    for at in range(n - 1, max(-1, n - 1 - 2 * _REACH), -1):
        t = tagged.tokens[at]
        if t.tag == "COMMA" and at and tagged.tokens[at - 1].tag in ("ALLOW", "ONLY"):
            continue
        if t.tag in ("SEP", "BUT") or (t.tag == "COMMA" and not _in_list(tagged, at, n)):
            if t.tag == "SEP" and t.text == "\n" and verb is None and _in_list(tagged, at, n):
                continue
            break
        said = _GOVERNING.get(t.tag)
        if verb is not None and said is None:
            bridged += 1
            if t.tag not in _BRIDGE or bridged > 2:
                break
        if said == "forbidden" and t.tag == "AFTERNOT" and not _opens(tagged, at):
            break
        if t.tag == "ALLBUT" and any(x.tag == "NOT" for x in tagged.tokens[max(0, at - 4) : at]):
            return "only"
        if said in ("forbidden", "only"):
            return said if not _negates_other(tagged, at, n) else verb
        if said is None and n - at > _REACH and t.tag not in _LISTED:
            break
        verb = said if said == "allowed" else verb or said
    return verb


def _opens(tagged: Tagged, at: int) -> bool:
    """`Forbidden: compile` opens a list, as does `X is forbidden and so is Y`; `compile is forbidden` closes one."""
    after = [t.tag for t in tagged.tokens[at + 1 : at + 3]]
    return after[:1] in (["EQ"], ["METHOD"], ["DTYPE"]) or after == ["AND", "THEN"]


def _in_list(tagged: Tagged, comma: int, n: int) -> bool:
    """Is this comma one between the items of a list that reaches to `n`?"""
    between = tagged.tokens[comma + 1 : n]
    plain = all(t.tag in _LISTED or t.text.lower() in _LIST_WORDS for t in between)
    before = tagged.tokens[max(0, comma - 4) : comma]
    return plain and any(t.tag in _ITEMS for t in before)


def _negates_other(tagged: Tagged, at: int, n: int) -> bool:
    """`without touching the steps use DeepCache`: the negation belongs to what stands between."""
    return any(t.tag in ("CHANGE", "STEPS", "LOSS", "QUALITY", "KEEP", "TIME") for t in tagged.tokens[at + 1 : n])


def _after(tagged: Tagged, n: int) -> str | None:
    """What the words after it say: `is out`, `is fine`, `are allowed`, `and nothing else`."""
    seen_comma = False
    for at in range(n + 1, min(len(tagged.tokens), n + 1 + 2 * _REACH)):
        t = tagged.tokens[at]
        if t.tag == "SEP" or (t.tag == "METHOD" and seen_comma):
            return None
        seen_comma = seen_comma or t.tag == "BUT" or (t.tag == "COMMA" and not _goes_on(tagged, at))
        if t.tag == "AFTERNOT" and (not _opens(tagged, at) or tagged.tokens[at + 1].tag == "AND"):
            return "forbidden"
        if t.tag == "KEEP" and at == n + 1 and t.text.lower() == "alone":
            return "nothing else"
        if t.tag == "FINE" and not seen_comma:
            return "fine"
        if t.tag == "ONLY" and t.text.lower() not in ("only", "nur", "solo") and at > n + 1:
            return "nothing else"
        if t.tag == "ONLY" and at == n + 1 and tagged.tokens[at + 1 : at + 2] and tagged.tokens[at + 1].tag in _ENDS:
            return "nothing else"
        if t.tag == "ALLOW" and not seen_comma and t.text.lower().endswith(_GRANTED):
            return "allowed"
    return None


def _goes_on(tagged: Tagged, comma: int) -> bool:
    """Does a list of methods go on after this comma?"""
    after = tagged.tokens[comma + 1 : comma + 4]
    item = next((i for i, t in enumerate(after) if t.tag in _ITEMS), None)
    return item is not None and all(t.tag in _LISTED or t.text.lower() in _LIST_WORDS for t in after[:item])


def _is_asked_about(tagged: Tagged, n: int) -> bool:
    """`what is DeepCache?`"""
    sentence = tagged.sentence(n)
    ends = sentence.stop < len(tagged.tokens) and tagged.tokens[sentence.stop].text in ("?", "？")
    return ends and n - sentence.start <= 3 and any(tagged.tokens[i].tag == "ASK" for i in sentence if i < n)


def _alternatives(tagged: Tagged, findings: list[Finding]) -> list[Finding]:
    """`use DeepCache or ToMe` leaves the choice: both are allowed and neither is required."""
    chosen: set[int] = set()
    for m in tagged.find("METHOD|DTYPE OR METHOD|DTYPE"):
        chosen |= {tagged.tokens[m.first].start, tagged.tokens[m.last - 1].start}
    return [
        Finding("allowed", f.value, f.start, f.end) if f.start in chosen and f.name == "required" else f
        for f in findings
    ]
