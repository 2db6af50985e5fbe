"""Numbers that are no target: seeds, class ids, batch sizes, versions, graphics cards, dates."""

from .findings import Finding, found, number
from .tokens import Match, Tagged

_LINKS = {"is", "of", "was", "number", "ist", "es", "est", "value", "at"}
_COUNTED = ("n=NUM W? GPU", "n=NUM W? DAY", "n=NUM OTHERNUM", "n=FACTOR W? GPU")


def asides(tagged: Tagged) -> list[Finding]:
    """The seed, and every number with a label that has nothing to do with speed."""
    seeds = [
        found(tagged, m, "seed", number(tagged, m), "n")
        for m in tagged.find("SEED EQ|OF|TO|W? n=NUM")
        if number(tagged, m).is_integer()
    ]
    labelled = [
        found(tagged, m, "aside", number(tagged, m), "n")
        for m in tagged.find("OTHERNUM|GUIDANCE EQ|OF|TO|W|TAKES? n=NUM")
        if _is_label(tagged, m)
    ]
    counted = [found(tagged, m, "aside", number(tagged, m), "n") for p in _COUNTED for m in tagged.find(p)]
    return seeds + labelled + counted


def _is_label(tagged: Tagged, m: Match) -> bool:
    """`torch, 30 steps`: what a number counts says more than what stands before it."""
    between = tagged.tokens[m.first + 1 : m.last - 1]
    after = tagged.tokens[m.last : m.last + 1]
    linked = all(t.tag != "W" or t.text.lower() in _LINKS for t in between)
    return linked and not any(t.tag in ("STEPS", "IMAGES", "SCHEDNAME") for t in after)
