"""How much worse the pictures may get."""

from .findings import Finding, cue, found, number, token
from .tokens import Match, Tagged

_LOSS = "LOSS|MAXLOSS"
_PATTERNS = (
    "n=SHARE near{0,2} QUALITY? LOSS",
    "n=SHARE OF near{0,3} LOSS|QUALITY",
    f"{_LOSS} any{{0,9}} n=SHARE",
    "n=SHARE near{0,3} LOSS",
    "n=NUM near{0,2} LOSS",
    "QUALITY near{0,3} LOSS near{0,5} n=SHARE|NUM",
    "LOSS near{0,7} n=NUM",
    "MAXLOSS EQ|MAX|OF|TO|W? n=NUM|SHARE",
    "QUALITY COMMA? MAX n=SHARE|NUM",
    "QUALITY any{0,8} n=SHARE",
    "n=SHARE near{0,5} QUALITY",
)
_SPEEDY = {"FASTER", "TIME", "SPEED", "SPEEDUP", "FAST"}


def quality(tagged: Tagged) -> list[Finding]:
    """The bound on the loss of CLIP-Score, or that there may be none at all."""
    findings = [cue(tagged, n, _CUES[t.tag]) for n, t in enumerate(tagged.tokens) if t.tag in _CUES]
    findings += [cue(tagged, m.first, "lossless") for p in _SAME for m in tagged.find(p) if _is_same(tagged, m)]
    for pattern in _PATTERNS:
        bounds = [f for m in tagged.find(pattern) if (f := _bound(tagged, m)) is not None]
        if bounds:
            return findings + bounds
    return findings


def _is_same(tagged: Tagged, m: Match) -> bool:
    """The picture itself, not its size: `identical images`, `the output must not change`."""
    after = tagged.tokens[m.last : m.last + 1]
    words = {t.text.lower() for t in tagged.tokens[m.first : m.last] if t.tag == "KEEP"}
    return bool(words & _IDENTICAL or not words) and not any(
        t.tag in ("SQUARE", "STEPS", "SIZE", "NUM", "QUALITY") for t in after
    )


_SAME = ("IMAGES near{0,5} KEEP", "KEEP IMAGES", "IMAGES near{0,3} NOT near{0,2} CHANGE", "NOT CHANGE near{0,2} IMAGES")
_IDENTICAL = {"identical", "the same", "same", "unchanged", "identisch", "gleich", "gleichen", "dieselben", "mismas"}
_CUES = {"LOSSLESS": "lossless", "NOCARE": "no_care", "BETTERQUALITY": "better_quality"}


def _bound(tagged: Tagged, m: Match) -> Finding | None:
    """The loss in one match; a share above a half that is no loss is what must be left."""
    between = {t.tag for t in tagged.tokens[m.first : m.last]}
    n = token(tagged, m, "n")
    after = tagged.tokens[m.named["n"] + 1 : m.named["n"] + 3]
    if between & _SPEEDY or any(t.tag in _SPEEDY for t in after[:1]) or (len(after) == 2 and after[1].tag in ("TIME",)):
        return None
    loss = number(tagged, m)
    if n.tag == "NUM":
        if not 0 < loss <= 0.5:
            return None
    elif loss > 0.5 and loss <= 1 and not between & {"LOSS", "MAXLOSS"}:
        loss = 1 - loss
    return found(tagged, m, "max_loss", round(loss, 6), "n") if 0 <= loss <= 1 else None
