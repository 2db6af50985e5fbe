"""How many steps a plan runs, for methods whose knobs are shares of them."""

from .situation import Situation
from .types import Plan


def steps_of(plan: Plan, situation: Situation) -> int:
    sampler = plan.step("sampler")
    return int(sampler.params.get("steps", situation.steps)) if sampler else situation.steps
