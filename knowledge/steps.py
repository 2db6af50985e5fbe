"""How many steps a plan runs, for methods whose knobs are shares of them."""

from .situation import Situation
from .types import Plan


def steps_of(plan: Plan, situation: Situation) -> int:
    """The plan's number of steps, or the script's own where the plan leaves it alone."""
    sampler = plan.step("sampler")
    return int(sampler.params.get("steps", situation.steps)) if sampler else situation.steps
