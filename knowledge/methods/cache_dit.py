from pydantic import Field

from ..caching import never_reused, others
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class CacheDiT(Method):
    """DBCache of the library cache-dit: the first blocks decide at every step whether the others are reused.

    It wraps DiT and PixArt by itself; for Stable Diffusion's U-Nets it raises, so it is not offered there.
    """

    slug = "cache_dit"
    title = "cache-dit"
    kind = "cache"
    fits = frozenset({"dit"})
    order = 45
    clashes = others("cache_dit")
    package = "cache-dit"
    batch_safe = False
    gain = "1.5x on DiT, 2.6x on PixArt in operations at threshold 0.5 on 10 steps"
    sources = ("cache-dit 1.5.3", "diffusers documentation, optimization/cache_dit")
    symptoms = (
        Symptom(
            pattern=r"not officially supported by cache-dit|BlockAdapter",
            sentence="cache-dit has no adapter for this pipeline; it is left out",
        ),
    )
    backfires = (
        "several pictures in one call share one decision, so each of them depends on the others",
        "its logger writes a page for every pipeline",
        "once installed it is imported by diffusers, which makes every start slower",
    )

    threshold: float = Field(
        default=0.25,
        ge=0.05,
        le=0.5,
        multiple_of=0.05,
        description="relative change of the first blocks' residual below which the rest is reused; more is faster and coarser",
    )
    first_blocks: int = Field(
        default=1, ge=1, le=8, multiple_of=1, description="blocks that run at every step; more is finer and slower"
    )
    warm_up: int = Field(default=2, ge=1, le=8, multiple_of=1, description="steps computed in full at the beginning")

    def change(self, situation: Situation, plan: Plan) -> Change:
        config = (
            f"cache_dit.DBCacheConfig(Fn_compute_blocks={self.first_blocks}, Bn_compute_blocks=0, "
            f"max_warmup_steps={self.warm_up}, residual_diff_threshold={self.threshold})"
        )
        return Change(
            imports=(Import(module="cache_dit"),),
            setup=(f"cache_dit.enable_cache({{pipe}}, cache_config={config})",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("cache_dit.disable_cache({pipe})",)

    def effect(self, situation: Situation) -> Effect:
        whole = min(1.0, self.first_blocks / 28 + self.warm_up / max(1, situation.steps))
        per_call = whole + (1 - whole) / (1 + 4 * self.threshold)
        return Effect(per_call=per_call, loss=0.05 * self.threshold, drift=0.6 * self.threshold)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)
