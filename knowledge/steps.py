"""How many steps a plan runs, for methods whose knobs are shares of them."""

from .situation import Situation
from .types import Plan, Trace

SET_STEPS = frozenset({"sampler", "few_step_lora"})
"""methods that set the number of steps; the effect of all others is that on the steps which are then left"""
_TWICE = frozenset({"HeunDiscreteScheduler", "KDPM2DiscreteScheduler", "KDPM2AncestralDiscreteScheduler"})
"""samplers that call the denoiser twice a step, but for the last"""


def steps_of(plan: Plan, situation: Situation) -> int:
    """The plan's number of steps, or the script's own where the plan leaves it alone."""
    if (few := plan.step("few_step_lora")) is not None:
        return int(few.params.get("few_steps", 4))
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


def calls_a_step(before: Trace) -> int:
    """Two where a pipeline asks the denoiser apart with and without the prompt, else one."""
    steps = before.requested_steps
    single = denoiser_calls(before.scheduler_class, steps, before.strength) if steps else 0
    return before.denoiser_calls // single if single > 0 and before.denoiser_calls % single == 0 else 1


def visits_twice(scheduler: str | None) -> bool:
    """Does this sampler come to each timestep twice?"""
    return scheduler in _TWICE
