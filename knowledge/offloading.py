"""What the three kinds of offloading have in common."""

from .situation import Situation
from .types import Trace

OFFLOADS = frozenset({"model_offload", "sequential_offload", "group_offload"})
"""one of them at a time: each puts its own hooks on every part"""
_BOUND = frozenset({"tiny_vae", "fp16_vae", "prompt_cache", "context_parallel"})
"""methods that exchange what the hooks are on, or put their own there"""


def others(slug: str) -> frozenset[str]:
    """What a kind of offloading cannot be combined with."""
    return (OFFLOADS | _BOUND) - {slug}


def kept_elsewhere(situation: Situation) -> str | None:
    """Why offloading does nothing here, by its own words."""
    if situation.device.kind == "cpu":
        return "the weights are in the CPU's memory already"
    return None


def not_offloaded(trace: Trace, kind: str) -> str | None:
    """Why the record shows no such hooks; None where it does."""
    if trace.offload == kind:
        return None
    return f"the parts are offloaded by {trace.offload}, not by {kind}" if trace.offload else "no part is offloaded"
