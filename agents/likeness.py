"""How far experience from elsewhere holds here, and whether it is to be listened to at all. Pure.

Experience may come from other people's files, so it is judged before it is used: numbers that nobody can have measured
are refused, and what is left is bounded.
"""

from collections.abc import Iterable, Sequence
from math import exp, isfinite, log
from typing import NamedTuple

from ..knowledge.catalogue import method_of
from ..knowledge.experience import Experience
from ..knowledge.situation import Situation
from ..knowledge.types import Models, Plan, Stages

MOST = 300
"""experiences that are listened to, the most alike first"""
FASTEST = 100.0
"""a speedup beyond this, or below its inverse, is no measurement"""
LONGEST = 12
"""steps of a plan that is believed"""


class Likeness(NamedTuple):
    """From 0, another world, to 1, the same: for what a plan does to the time, and to the picture."""

    time: float
    picture: float


class Heard(NamedTuple):
    """An experience that is listened to, its numbers bounded."""

    plan: Plan
    situation: Situation
    speedup: float
    loss: float
    drift: float
    likeness: Likeness


def heard(experiences: Iterable[Experience], here: Situation, models: Models | None = None) -> list[Heard]:
    """The experiences worth listening to here, the most alike first; at most `MOST`."""
    found = [one for e in experiences if (one := _bounded(e, here, models)) is not None]
    return sorted(found, key=lambda h: -h.likeness.time - h.likeness.picture)[:MOST]


def places(lessons: Sequence[Heard]) -> list[list[Heard]]:
    """Lessons by the situation that they come from."""
    found: dict[str, list[Heard]] = {}
    for one in lessons:
        found.setdefault(one.situation.fingerprint(), []).append(one)
    return list(found.values())


def likeness(there: Situation, here: Situation, same_models: bool = True) -> Likeness:
    """What differs takes its share: the backbone most, then device and models, then the pipeline, then the steps.

    Between pipelines what a method does to the time carries over better than what it does to the picture.
    """
    kin = 1.0 if there.backbone == here.backbone else 0.5
    time = picture = kin * (1.0 if same_models else 0.5)
    if there.pipeline_class != here.pipeline_class:
        time, picture = 0.85 * time, 0.5 * picture
    if there.pipeline.model_id != here.pipeline.model_id:
        time, picture = 0.9 * time, 0.7 * picture
    device = 1.0 if there.device.kind == here.device.kind else 0.4
    device *= 1.0 if there.device.name == here.device.name else 0.8
    steps = exp(-0.5 * abs(log(there.steps / here.steps)))
    return Likeness(time=time * device, picture=picture * steps)


def _bounded(e: Experience, here: Situation, models: Models | None) -> Heard | None:
    """None for what cannot have been measured, or says nothing that is known here."""
    numbers = (e.speedup, e.loss, e.drift)
    if not all(map(isfinite, numbers)) or not 1 / FASTEST <= e.speedup <= FASTEST:
        return None
    if not 0 < len(e.plan.steps) <= LONGEST or any(method_of(s) is None for s in e.plan.steps):
        return None
    if not _sound(e.situation):
        return None
    same = models is None or e.environment.models == models
    return Heard(
        plan=e.plan,
        situation=e.situation,
        speedup=e.speedup,
        loss=min(1.0, max(-0.05, e.loss)),
        drift=min(1.5, max(0.0, e.drift)),
        likeness=likeness(e.situation, here, same),
    )


def _sound(situation: Situation) -> bool:
    """Can expectations be worked out there? Steps and stages are numbers in their bounds."""
    return 1 <= situation.steps <= 1000 and (situation.stages is None or _measured(situation.stages))


def _measured(stages: Stages) -> bool:
    parts = (stages.text_encoder_s, stages.denoiser_s, stages.vae_s, stages.rest_s)
    return all(isfinite(s) and 0 <= s < 1e6 for s in parts) and stages.denoiser_s > 0


def similarity(a: Plan, b: Plan) -> float:
    """Jaccard index of the two plans' steps; a step with other knobs counts as one that is there by half."""
    left, right = {s.method: s for s in a.steps}, {s.method: s for s in b.steps}
    shared = sum(1.0 if left[m] == right[m] else 0.5 for m in left.keys() & right.keys())
    return shared / max(1, len(left.keys() | right.keys()))
