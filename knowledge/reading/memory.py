"""Memory: something must fit into so much, or did not."""

from .findings import Finding, cue, found, number
from .tokens import Tagged

_LIMITS = (
    "FIT any{0,6} n=MEM",
    "OOM any{0,10} n=MEM",
    "MAX near{0,3} n=MEM",
    "MEMORY any{0,8} MAX near{0,2} n=MEM",
    "n=MEM near{0,3} MAX",
    "ONLY near{0,3} n=MEM",
    "REDUCE near{0,4} MEMORY near{0,4} n=MEM",
    "n=MEM any{0,8} FIT|OOM",
    "n=MEM all{0,20} FIT",
    "OOM all{0,20} n=MEM",
)
_WANTED = ("REDUCE near{0,3} MEMORY", "LESS near{0,1} MEMORY", "HALVE near{0,3} MEMORY", "FIT near{0,5} MEMORY|GPU")


def memory(tagged: Tagged) -> list[Finding]:
    """A limit of memory; a card that is only mentioned is none."""
    for pattern in _LIMITS:
        if m := tagged.first(pattern):
            return [found(tagged, m, "memory_mb", number(tagged, m), "n"), cue(tagged, m.first, "memory")]
    if m := tagged.first("GPU|MEMORY any{0,4} n=MEM") or tagged.first("n=MEM any{0,3} GPU|MEMORY"):
        return [cue(tagged, m.named["n"], "memory_here", number(tagged, m))]
    wanted = [cue(tagged, m.first, "memory") for p in _WANTED for m in tagged.find(p)]
    return wanted + [cue(tagged, n, "memory") for n, t in enumerate(tagged.tokens) if t.tag == "OOM"]
