"""How many steps a plan runs, for methods whose knobs are shares of them."""

from .situation import Situation
from .types import Plan

_TWICE = frozenset({"HeunDiscreteScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler"})
"""samplers that call the denoiser twice a step, but for the last"""


def steps_of(plan: Plan, situation: Situation) -> int:
    """The plan's number of steps, or the script's own where the plan leaves it alone."""
    sampler = plan.step("sampler")
    return int(sampler.params.get("steps", situation.steps)) if sampler else situation.steps


def run_of(steps: int, strength: float | None) -> int:
    """How many of a call's steps are run: image-to-image begins on the way."""
    return steps if strength is None else min(int(steps * strength), steps)


def denoiser_calls(scheduler: str, steps: int, strength: float | None) -> int:
    """Calls of the denoiser in one picture, as diffusers' samplers lay them out."""
    if scheduler in _TWICE:
        return 2 * steps - 1 - 2 * (steps - run_of(steps, strength))
    return run_of(steps, strength) + (scheduler == "PNDMScheduler")


def visits_twice(scheduler: str | None) -> bool:
    """Does this sampler come to each timestep twice?"""
    return scheduler in _TWICE
