"""Which checkpoint, which mode: `SDXL img2img`, `StableDiffusionPipeline`, `ControlNet with canny edges`."""

from ..pipelines import CARDS, Card
from .findings import Finding, cue, names
from .tokens import Tagged


def pipeline(tagged: Tagged) -> list[Finding]:
    """Families, classes and modes that are named, and models that are not ours."""
    findings: list[Finding] = []
    for n, t in enumerate(tagged.tokens):
        if t.tag == "PIPE":
            findings.append(cue(tagged, n, "family", t.name))
        elif t.tag == "CLASS":
            findings.append(cue(tagged, n, "class", t.name))
        elif t.tag == "MODE":
            findings.append(cue(tagged, n, "mode", t.name))
        elif t.tag in ("CONTROLNET", "CANNY"):
            findings.append(cue(tagged, n, "family", "controlnet"))
        elif t.tag == "OTHERMODEL":
            findings.append(cue(tagged, n, "other_model", t.name))
    return findings


def families(findings: list[Finding]) -> list[str]:
    """The families named, the vaguer ones left out where a closer one is said as well."""
    named = names(findings, "family")
    if "controlnet" in named:
        named = [f for f in named if f not in ("sd15", "sd")]
    if len(named) > 1:
        named = [f for f in named if f != "sd"]
    if any(f in named for f in ("dit256", "dit512")):
        named = [f for f in named if f != "dit"]
    if "pixart_sigma" in named:
        named = [f for f in named if f != "pixart_alpha"]
    return named


def cards(findings: list[Finding], width: float | None) -> list[Card]:
    """The cards that agree with everything that was said of the pipeline."""
    named, classes = families(findings), names(findings, "class")
    if not named and not classes:
        return []
    modes, fitting = names(findings, "mode"), [c for c in CARDS if not classes or c.pipeline_class in classes]
    if modes:
        fitting = [c for c in fitting if c.mode in modes]
    elif not classes:
        fitting = [c for c in fitting if c.mode != "img2img"]
    if named and named != ["sd"]:
        fitting = [c for c in fitting if _is_of(c, named[0])]
    elif named == ["sd"]:
        fitting = [c for c in fitting if c.family in ("sd15", "sd21")]
    return _closest(fitting, width)


def _is_of(card: Card, family: str) -> bool:
    if family in ("dit256", "dit512"):
        return card.family == "dit" and card.size == int(family[3:])
    return card.family == family


def _closest(fitting: list[Card], width: float | None) -> list[Card]:
    """DiT has one checkpoint a size: the size that was said chooses."""
    if len(fitting) > 1 and all(c.family == "dit" for c in fitting):
        return [c for c in fitting if c.size == width] or fitting
    return fitting
