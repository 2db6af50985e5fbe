"""The size of the picture."""

from .findings import Finding, found, number, token
from .tokens import Match, Tagged

USUAL = (128, 256, 384, 512, 640, 768, 832, 896, 1024, 1152, 1216, 1280, 1536, 2048)
_AT = {"at", "in", "bei", "@", "a", "en"}
_SQUARE = (
    "n=NUM PX",
    "SQUARE EQ|OF|W? n=NUM",
    "w=W|TO|BY|PER n=NUM",
    "n=NUM SQUARE",
    "PIPE COMMA? n=NUM",
    "w=COMMA n=NUM",
)


def size(tagged: Tagged) -> list[Finding]:
    """Width and height: `1024x768`, `768 px`, `at 512`, `height=512`."""
    findings: list[Finding] = []
    for m in tagged.find("n=SIZE"):
        findings.append(found(tagged, m, "width", number(tagged, m), "n"))
        findings.append(found(tagged, m, "height", float(token(tagged, m, "n").name)))
    for side, tag in (("width", "WIDTH"), ("height", "HEIGHT")):
        findings += [found(tagged, m, side, number(tagged, m), "n") for m in tagged.find(f"{tag} EQ|OF|W? n=NUM")]
    return findings or _square(tagged)


def _square(tagged: Tagged) -> list[Finding]:
    """One number for both sides, where it is one of the usual sizes."""
    for pattern in _SQUARE:
        for m in tagged.find(pattern):
            after = tagged.tokens[m.last : m.last + 1]
            placed = "w" not in m.named or token(tagged, m, "w").text.lower() in _AT or _is_item(tagged, m)
            if number(tagged, m) in USUAL and placed and not any(t.tag in ("STEPS", "IMAGES") for t in after):
                return [found(tagged, m, side, number(tagged, m), "n") for side in ("width", "height")]
    return []


def _is_item(tagged: Tagged, m: Match) -> bool:
    """`sdxl, unipc, 20, 1024, deepcache`: a number that stands alone between commas."""
    after = tagged.tokens[m.last : m.last + 1]
    return tagged.tokens[m.first].tag == "COMMA" and all(t.tag in ("COMMA", "SEP") for t in after)
