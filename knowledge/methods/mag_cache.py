from pydantic import Field

from ..adapters import KEEP_BY_MAGNITUDE
from ..caching import HOOKS, SOURCE, kept, never_reused, others, untried
from ..method import Effect, Method
from ..situation import Situation
from ..steps import denoiser_calls, steps_of
from ..types import Change, Plan, Trace

_RETENTION = 0.2
"""share of the steps, at the beginning, that are always computed"""


class MagCache(Method):
    """Skip all blocks of a step while the expected growth of their residual stays within an error bound.

    The growth belongs to a checkpoint and is published for Flux alone; an adapter of ours makes the first picture
    whole and measures it there. On U-Nets the library finds no blocks and does nothing, so it is not offered there.
    """

    slug = "mag_cache"
    title = "MagCache"
    kind = "cache"
    fits = frozenset({"dit"})
    order = 45
    clashes = others("mag_cache")
    needs = HOOKS
    gain = "1.6x on DiT and 3.2x on PixArt in operations at 10 steps; the first picture of a process is made whole"
    sources = ("Ma et al. 2025, arXiv 2506.09045", SOURCE)
    backfires = (
        "a process that makes one picture gains nothing: the first one is made whole, to measure it",
        "the first picture of a process is not the one that the same seed gives later",
        "calls with another number of steps than the first are judged by ratios that belong to other steps",
    )

    threshold: float = Field(
        default=0.06,
        ge=0.02,
        le=0.3,
        multiple_of=0.02,
        description="accumulated error up to which steps are skipped; more is faster and coarser",
    )
    max_skips: int = Field(
        default=2, ge=1, le=5, multiple_of=1, description="steps skipped in a row at most; more is faster and coarser"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        base = kept(situation, "MagCacheConfig", {})
        settings = f"threshold={self.threshold}, max_skip_steps={self.max_skips}, retention_ratio={_RETENTION}"
        calls = _calls(situation, plan)
        return base.model_copy(
            update={
                "definitions": (*base.definitions, KEEP_BY_MAGNITUDE),
                "setup": (f"keep_by_magnitude({{pipe}}.{situation.denoiser}, {calls}, {settings})",),
            }
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (f"forget_magnitudes({{pipe}}.{situation.denoiser})",)

    def effect(self, situation: Situation) -> Effect:
        reused = (1 - _RETENTION) * self.max_skips / (self.max_skips + 1) * min(1.0, 0.5 + 2 * self.threshold)
        return Effect(per_call=1 - 0.9 * reused, loss=0.05 * reused, drift=min(1.0, 0.3 * reused + self.threshold))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if reason := untried(situation):
            return reason
        steps = steps_of(plan, situation)
        if steps <= round(_RETENTION * steps) + 2:
            return f"of {steps} steps MagCache may skip none"
        if len({c.steps for c in situation.pipeline.calls}) > 1:
            return "the script's calls have different numbers of steps, and MagCache's ratios belong to one number"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)


def _calls(situation: Situation, plan: Plan) -> int:
    """Denoiser calls in a picture."""
    sampler = plan.step("sampler")
    own = sampler is None or sampler.params.get("name") == "keep"
    return denoiser_calls((situation.scheduler or "") if own else "", steps_of(plan, situation), None)
