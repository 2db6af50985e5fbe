"""The number of steps and the scheduler: which, and whether they may change."""

from itertools import pairwise

from .findings import Finding, cue, found, number, token
from .tokens import Match, Tagged

_FROM_TO = (
    "STEPS near{0,3} n=NUM STEPS? FROM near{0,1} a=NUM",
    "n=NUM STEPS SCHEDNAME? FROM near{0,1} a=NUM",
    "STEPS|REDUCE|SWITCH near{0,3} FROM a=NUM STEPS? TO|SWITCH n=NUM STEPS?",
    "FROM a=NUM STEPS TO|SWITCH n=NUM STEPS?",
    "a=NUM STEPS TO|SWITCH n=NUM STEPS?",
)
_COUNTS = ("n=NUM SCHEDNAME? W? STEPS", "STEPS EQ|TO|OF|KEEP|TAKES|W|WANT|MAX|PER{0,5} n=NUM", "SCHEDNAME COMMA? n=NUM")
_PINNED = (
    "KEEP near{0,6} {what}",
    "KEEP any{0,3} STEPS|SCHED|SCHEDNAME COMMA|AND|OR{1,2} near{0,2} {what}",
    "NOT near{0,4} CHANGE|REDUCE|SWITCH near{0,6} {what}",
    "NOT near{0,2} CHANGE|SWITCH any{0,3} STEPS|SCHED AND|OR|COMMA|NOT{1,2} near{0,2} {what}",
    "CHANGE near{0,6} {what} near{0,3} NOT",
    "{what} near{0,8} KEEP",
    "{what} AND|OR|COMMA near{0,3} STEPS|SCHED near{0,6} KEEP",
    "STEPS|SCHED near{0,3} KEEP COMMA? AND THEN|W{0,4} near{0,3} {what}",
    "{what} near{0,3} AFTERNOT",
    "{what} EQ NOT",
    "NOT W? {what}",
    "{what} near{0,4} NOT near{0,2} CHANGE|REDUCE",
    "{what} AND|OR near{0,2} STEPS|SCHED near{0,4} NOT near{0,2} CHANGE",
)


def steps(tagged: Tagged) -> list[Finding]:
    """How many steps, and whether they are what to change to."""
    findings: list[Finding] = []
    for pattern in _FROM_TO:
        for m in tagged.find(pattern):
            findings.append(found(tagged, m, "steps", number(tagged, m), "n", "a"))
            findings.append(cue(tagged, m.named["n"], "change_steps", number(tagged, m)))
        if findings:
            return findings
    taken: set[int] = set()
    for pattern in _COUNTS:
        for m in tagged.without(taken).find(pattern):
            if not _is_count(tagged, m):
                continue
            taken.add(m.named["n"])
            findings.append(found(tagged, m, "steps", number(tagged, m), "n"))
            if _is_change(tagged, m):
                findings.append(cue(tagged, m.named["n"], "change_steps", number(tagged, m)))
    return findings + _reduced(tagged.without(taken))


def _reduced(tagged: Tagged) -> list[Finding]:
    """`... the steps, reduce them to 20`."""
    findings: list[Finding] = []
    for m in tagged.find("REDUCE|SWITCH|CHANGE W? TO? n=NUM"):
        before = [tagged.tokens[n].tag for n in range(tagged.sentence(m.first).start, m.first)]
        if "STEPS" in before and _is_count(tagged, m):
            findings.append(found(tagged, m, "steps", number(tagged, m), "n"))
            findings.append(cue(tagged, m.named["n"], "change_steps", number(tagged, m)))
    return findings


def _is_count(tagged: Tagged, m: Match) -> bool:
    n = token(tagged, m, "n").number
    if tagged.tokens[m.first].tag == "SCHEDNAME" and n > 200:
        return False
    follows = tagged.tokens[m.last : m.last + 1]
    return n.is_integer() and 0 <= n <= 1000 and not any(t.tag in ("UNIT", "PX", "IMAGES", "PCT") for t in follows)


def _is_change(tagged: Tagged, m: Match) -> bool:
    """`go down to 25 steps`, `switch to UniPC with 20 steps`: a wish, where `runs 50 steps` is a description."""
    first = max(tagged.sentence(m.first).start, m.first - 7)
    comma = next((n for n in range(m.first - 1, first - 1, -1) if tagged.tokens[n].tag in ("COMMA", "BUT")), first)
    before = {t.tag for t in tagged.tokens[comma : m.first]}
    return bool(before & {"SWITCH", "REDUCE"}) and not before & {"TIME", "NOT"}


def scheduler(tagged: Tagged) -> list[Finding]:
    """Which scheduler is named, and whether it is what to change to or to keep."""
    findings: list[Finding] = []
    for n, t in enumerate(tagged.tokens):
        if t.tag != "SCHEDNAME":
            continue
        before = tagged.tokens[max(tagged.sentence(n).start, n - 6) : n]
        if any(b.tag in ("NOT", "ALLBUT") for b in before[-3:]):
            findings.append(cue(tagged, n, "not_scheduler", t.name))
            continue
        if any(b.tag == "FROM" for b in before[-1:]) or _is_replaced(tagged, n):
            continue
        findings.append(cue(tagged, n, "scheduler", t.name))
        left = any(a.tag == "FROM" and b.tag == "SCHEDNAME" for a, b in pairwise(before))
        fewer = {"REDUCE", "STEPS"} <= {b.tag for b in tagged.tokens[max(tagged.sentence(n).start, n - 9) : n]}
        if left or fewer or any(b.tag == "SWITCH" for b in before):
            findings.append(cue(tagged, n, "change_scheduler", t.name))
    return findings


def _is_replaced(tagged: Tagged, n: int) -> bool:
    """`replace DDIM with UniPC`: the first is what goes."""
    if not any(
        t.tag == "SWITCH" and t.text.lower().startswith(("repl", "swap", "ersetz")) for t in tagged.tokens[:n][-3:]
    ):
        return False
    after = tagged.tokens[n + 1 : n + 4]
    return any(t.tag == "SCHEDNAME" for t in after) and after[0].tag in ("BY", "USE", "TO", "W")


def kept(tagged: Tagged) -> list[Finding]:
    """`don't touch the steps`, `same scheduler`, `the number of steps stays`."""
    findings: list[Finding] = []
    for name, what in (("keep_steps", "STEPS"), ("keep_scheduler", "SCHED|SCHEDNAME")):
        for pattern in _PINNED:
            for m in tagged.find(pattern.replace("{what}", what)):
                if name == "keep_scheduler" or not _is_french_not(tagged, m):
                    findings.append(cue(tagged, m.first, name))
    return findings


def _is_french_not(tagged: Tagged, m: Match) -> bool:
    """`ne change pas le scheduler`: this `pas` is no step."""
    steps_here = [n for n in range(m.first, m.last) if tagged.tokens[n].tag == "STEPS"]
    return bool(steps_here) and all(is_negation(tagged, n) for n in steps_here)


def is_negation(tagged: Tagged, n: int) -> bool:
    """Is this `pas` the second half of `ne ... pas`?"""
    if tagged.language != "fr" or tagged.tokens[n].text.lower() != "pas":
        return False
    before = tagged.tokens[max(0, n - 3) : n]
    return any(t.tag == "NOT" and t.text.lower() in ("ne", "n'") for t in before)
