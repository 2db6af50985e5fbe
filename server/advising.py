"""`methods --for`: which methods to try on this script and device first, which not, and why."""

import re
from collections.abc import Sequence

from ..agents.calibration import Calibration
from ..knowledge import rules
from ..knowledge.catalogue import CATALOGUE, METHODS
from ..knowledge.expect import Expectation, expect
from ..knowledge.experience import Experience, same_place
from ..knowledge.method import Method
from ..knowledge.pipelines import any_card_for
from ..knowledge.situation import Situation
from ..knowledge.types import Device, Plan, Record, Step, Target
from ..knowledge.weights import memory_sentences, too_large
from ..tools.store import experience
from .app import App
from .explaining import where_of
from .place import Place, fitting

BOUNDS = Target(speedup=2.0)
"""the usual bounds of loss and drift: a setting beyond them is only shown where there is no other"""
ROOM = 0.5
"""share of those bounds that one method is given: what is expected is rough, and methods are combined"""
CLOSE = 6
"""settings of one method that are looked at again with what was measured"""
_FAMILIES = {
    "SDXL": "StableDiffusionXL",
    "PixArt": "PixArt",
    "DiT": "DiTPipeline",
    "ControlNet": "ControlNet",
    "FLUX": "Flux",
    "Flux": "Flux",
    "image-to-image": "Img2Img",
    "SD 1.5": "StableDiffusionPipeline",
}
"""names in sentences -> what is in the names of those pipelines' classes"""
_WORTH = 1.005
"""expected speedup below which a method is not there for speed"""


class Advised(Record):
    """A method that can be used here, in its best setting as far as is known."""

    slug: str
    title: str
    kind: str
    step: Step
    expected: Expectation
    measured: int
    """verdicts of the same class of pipelines, in this environment, that corrected what is expected"""
    install: str | None
    """what to install first, where something is missing"""
    saves_memory: bool
    """it is known to need less memory; such come first where the weights do not fit"""
    reasons: tuple[str, ...]
    backfires: tuple[str, ...]


class Unfit(Record):
    """A method that cannot be used here."""

    slug: str
    title: str
    kind: str
    why: str


class Advice(Record):
    """Everything in the catalogue, for one place. Nothing in it was measured for this answer."""

    where: str
    device: Device
    notes: tuple[str, ...]
    try_first: tuple[Advised, ...]
    """for speed, the most promising first"""
    beside: tuple[Advised, ...]
    """usable, and not for speed: what saves memory, or is for the person to choose"""
    not_here: tuple[Unfit, ...]
    experiences: int


def advise(app: App, place: Place, memory_mb: float | None = None) -> Advice:
    """Rank the methods for a place."""
    here = place.situation
    past = remembered(app, here)
    calibration = Calibration(here, (), past)
    usable: list[Advised] = []
    unfit: list[Unfit] = []
    for kind in METHODS:
        found = _advised(kind, here, calibration, past)
        if isinstance(found, Advised):
            usable.append(found)
        else:
            unfit.append(found)
    card = any_card_for(here.pipeline_class, here.pipeline.model_id)
    sizes = memory_sentences(card, here.pipeline.dtype, memory_mb) if memory_mb else ()
    tight = memory_mb is not None and too_large(card, here.pipeline.dtype, memory_mb)
    ranked = sorted(
        usable, key=lambda a: (not (tight and a.saves_memory), not is_within(a.expected), -a.expected.speedup)
    )
    quick = [a for a in ranked if _for_speed(a)]
    return Advice(
        where=where_of(here),
        device=here.device,
        notes=(*place.notes, *sizes),
        try_first=tuple(quick),
        beside=tuple(sorted((a for a in ranked if a not in quick), key=lambda a: _for_memory(a, memory_mb))),
        not_here=tuple(unfit),
        experiences=len(past),
    )


def _for_memory(one: Advised, memory_mb: float | None) -> int:
    """Lower comes first: where memory is asked about what saves most, the weights' before the decoder's."""
    if memory_mb is None or not one.saves_memory:
        return 2 if memory_mb else 0
    return 1 if one.kind == "vae" else 0


def _for_speed(one: Advised) -> bool:
    return CATALOGUE[one.slug].searched and one.expected.speedup >= _WORTH


def remembered(app: App, here: Situation) -> list[Experience]:
    """What was measured with pipelines of this class on this device, with these libraries; the store is not made."""
    if not app.remembers:
        return []
    known = experience.of_class(app.store, here.pipeline_class)
    models = app.models_for(here.pipeline.model_id)
    return [one for one in known if same_place(one, here.device, here.libraries, models)]


def _advised(
    kind: type[Method], here: Situation, calibration: Calibration, past: Sequence[Experience]
) -> Advised | Unfit:
    ready = as_if_installed(kind, here)
    reason = rules.unusable(kind, ready)
    best = best_setting(kind, ready, calibration) if reason is None else None
    if best is None:
        alone = kind().misfit(ready, Plan(steps=(kind().step(),)))
        why = reason or alone or "none of its settings fits here alone"
        return Unfit(slug=kind.slug, title=kind.title, kind=kind.kind, why=why)
    method, expected = best
    seen = [one for one in past if one.plan.step(kind.slug) is not None]
    missing = kind.package is not None and kind.package not in here.libraries
    return Advised(
        slug=kind.slug,
        title=kind.title,
        kind=kind.kind,
        step=method.step(),
        expected=expected,
        measured=len(seen),
        install=f"pip install {kind.package}" if missing else None,
        saves_memory=saves_memory(kind),
        reasons=_reasons(kind, expected, seen),
        backfires=tuple(sorted(kind.backfires, key=lambda sentence: _far(sentence, here))),
    )


def _far(sentence: str, here: Situation) -> int:
    """How far a sentence is from this place: one on its pipeline comes first, one on other machines or models last."""
    cpu, families = here.device.kind == "cpu", [n for n in _FAMILIES if n in sentence]
    if re.search(r"\bGPUs?\b|CUDA" if cpu else r"\bCPUs?\b", sentence):
        return 2
    if not families:
        return 1
    return 0 if any(_FAMILIES[n] in here.pipeline_class for n in families) else 2


def saves_memory(kind: type[Method]) -> bool:
    """Is it there for memory, or is less memory said to be part of its gain?"""
    return kind.kind == "memory" or (kind.kind in ("precision", "vae") and "memory" in kind.gain)


def as_if_installed(kind: type[Method], here: Situation) -> Situation:
    """A missing package is a line to type, and no reason to leave a method unsaid."""
    if kind.package is None or kind.package in here.libraries:
        return here
    return here.model_copy(update={"libraries": {**here.libraries, kind.package: ""}})


def best_setting(kind: type[Method], here: Situation, calibration: Calibration) -> tuple[Method, Expectation] | None:
    """The fastest setting that leaves room below the usual bounds, else what changes least; beyond them the default."""
    guesses = [(m, expect(_alone(m), here)) for m in fitting(kind, here)]
    if guesses and not any(is_within(e) for _, e in guesses):
        return guesses[0][0], calibration.expect(_alone(guesses[0][0]))
    close = sorted(guesses, key=lambda g: _badness(g[1]))[:CLOSE]
    corrected = [(m, calibration.expect(_alone(m))) for m, _ in close]
    return min(corrected, key=lambda g: _badness(g[1]), default=None)


def _alone(method: Method) -> Plan:
    return Plan(steps=(method.step(),))


def _badness(e: Expectation) -> tuple[float, float]:
    """Lower is better."""
    beyond = max(e.loss / (ROOM * BOUNDS.max_loss), e.drift / (ROOM * (BOUNDS.max_drift or 1.0)), 1.0)
    return beyond, -e.speedup


def is_within(e: Expectation | Experience) -> bool:
    """Does it keep to the usual bounds of loss and drift?"""
    return e.loss <= BOUNDS.max_loss and e.drift <= (BOUNDS.max_drift or 1.0)


def _reasons(kind: type[Method], e: Expectation, seen: Sequence[Experience]) -> tuple[str, ...]:
    said = [kind.gain]
    if kind.lossless:
        said.append("the picture does not change beyond rounding")
    elif not is_within(e):
        said.append(
            f"expected to change the picture more than is usual (loss {100 * e.loss:.1f}%, drift {e.drift:.2f})"
        )
    if e.startup_s >= 1:
        said.append(f"the first picture is expected to take {e.startup_s:.0f} s longer")
    if seen:
        best = max(seen, key=lambda one: (is_within(one), one.speedup))
        said.append(
            f"measured here on {best.environment.models} models: {best.speedup:.2f}x at {100 * best.loss:.1f}% loss "
            f"and drift {best.drift:.2f} with {best.plan.sentence()}"
        )
    return tuple(said)
