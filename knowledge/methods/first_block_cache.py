from pydantic import Field

from ..caching import HOOKS, SOURCE, forgotten, kept, never_reused, others, untold
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace


class FirstBlockCache(Method):
    """Run the first block at every step; where it changed little since the last full step, reuse all blocks behind it.

    diffusers gives neither DiT nor PixArt a cache and raises without a cache context, so an adapter of ours gives
    them both. The batch decides together, so pictures made together are not those made one by one.
    """

    slug = "first_block_cache"
    title = "First Block Cache"
    kind = "cache"
    fits = frozenset({"dit"})
    order = 45
    clashes = others("first_block_cache")
    batch_safe = False
    needs = HOOKS
    gain = "1.5x on DiT and 3.0x on PixArt in operations at threshold 0.5 on 10 steps; less at a lower threshold, none where steps are far apart"
    sources = ("ParaAttention, First Block Cache", SOURCE)
    symptoms = (
        Symptom(
            pattern=r"No cache context is set|head_block|FBC|pop from empty list",
            sentence="First Block Cache does not know this denoiser's blocks; it is left out",
        ),
    )
    backfires = (
        "at a low threshold or with few steps no step is like the last: nothing is skipped, and each step pays a comparison",
        "several pictures in one call share one decision, so each of them depends on the others",
        "every step waits for the device to compare two numbers, which costs small denoisers on a GPU",
    )

    threshold: float = Field(
        default=0.2,
        ge=0.05,
        le=0.5,
        multiple_of=0.05,
        description="relative change of the first block's residual below which the rest is reused; more is faster and coarser",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return kept(situation, "FirstBlockCacheConfig", {"threshold": self.threshold})

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return forgotten(situation)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        return untold(situation)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1 / (1 + 4 * self.threshold), loss=0.05 * self.threshold, drift=0.6 * self.threshold)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)
