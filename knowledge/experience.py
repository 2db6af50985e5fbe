"""What worked where: a judged plan with the situation that it was judged in. Kept, and asked for advice later."""

from typing import Literal

from pydantic import Field

from .situation import Situation
from .types import Device, Environment, Evaluation, Failure, Models, Plan, Record

LONGEST = 300
"""characters of a failure's sentence that are kept"""


class Experience(Record):
    """One plan, measured once."""

    kind: Literal["measured"] = "measured"
    situation: Situation
    environment: Environment
    plan: Plan
    speedup: float
    loss: float
    drift: float
    peak_mb: float
    baseline_peak_mb: float
    origin: str = Field(default="", description="the file that it was imported from; empty: it was measured here")


class Setback(Record):
    """One plan that could not be measured, once, and how it failed."""

    kind: Literal["failed"] = "failed"
    situation: Situation
    environment: Environment
    plan: Plan
    failure: str = Field(description="the kind of the failure: crashed, not_proven, ...", max_length=40)
    sentence: str = Field(description="what was said of it", max_length=LONGEST)
    origin: str = Field(default="", description="the file that it was imported from; empty: it happened here")


Lesson = Experience | Setback
"""what one verdict teaches"""


def experience_of(
    situation: Situation, environment: Environment, plan: Plan, found: Evaluation, baseline_peak_mb: float
) -> Experience:
    """What a verdict teaches, without its pictures and prompts."""
    return Experience(
        situation=situation,
        environment=environment,
        plan=plan,
        speedup=found.speedup,
        loss=found.loss,
        drift=found.drift,
        peak_mb=found.peak_mb,
        baseline_peak_mb=baseline_peak_mb,
    )


def setback_of(situation: Situation, environment: Environment, plan: Plan, failure: Failure) -> Setback:
    """What a failure teaches: its kind and one bounded sentence, without the evidence."""
    flat = " ".join(failure.message.split())
    sentence = flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
    return Setback(situation=situation, environment=environment, plan=plan, failure=failure.kind, sentence=sentence)


def lesson_of(
    situation: Situation,
    environment: Environment,
    plan: Plan,
    verdict: Evaluation | Failure,
    baseline_peak_mb: float,
) -> Lesson:
    """What any verdict on a plan teaches."""
    if isinstance(verdict, Evaluation):
        return experience_of(situation, environment, plan, verdict, baseline_peak_mb)
    return setback_of(situation, environment, plan, verdict)


def same_place(one: Lesson, device: Device, libraries: dict[str, str], models: Models) -> bool:
    """Was it judged here: on this device and these models (zoo or hub), with these versions of libraries that both
    know? What was imported was judged by somebody else, and never here.
    """
    return not one.origin and same_environment(one.environment, device, libraries, models)


def same_environment(there: Environment, device: Device, libraries: dict[str, str], models: Models) -> bool:
    """The same device, models and versions of the libraries that both know."""
    versions = all(there.libraries[name] == v for name, v in libraries.items() if name in there.libraries)
    where = (there.device.kind, there.device.name, there.models)
    return where == (device.kind, device.name, models) and versions
