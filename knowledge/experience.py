"""What worked where: a measured plan with the situation that it was measured in. Kept, and asked for advice later."""

from .situation import Situation
from .types import Device, Environment, Evaluation, Plan, Record


class Experience(Record):
    """One plan, measured once."""

    situation: Situation
    environment: Environment
    plan: Plan
    speedup: float
    loss: float
    drift: float
    peak_mb: float
    baseline_peak_mb: float


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


def same_place(one: Experience, device: Device, libraries: dict[str, str], models: str) -> bool:
    """Was it measured on this device and these models (zoo or hub), with these versions of libraries that both know?"""
    there = one.environment
    versions = all(there.libraries[name] == v for name, v in libraries.items() if name in there.libraries)
    where = (there.device.kind, there.device.name, there.models)
    return where == (device.kind, device.name, models) and versions
