from math import ceil

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import visits_twice
from ..types import Change, Import, Plan, Trace


class DeepCache(Method):
    """Reuse the UNet's deep features between neighbouring denoising steps; only the outermost blocks run each step.

    The library keeps the step at which its first call began. Image-to-image begins at a step that depends on strength
    and number of steps, so scripts in which these vary would start later pictures from an old cache.
    """

    slug = "deepcache"
    title = "DeepCache"
    kind = "cache"
    fits = frozenset({"unet"})
    order = 50
    clashes = frozenset({"tgate"})
    package = "DeepCache"
    gain = "1.5-2.1x at interval 2-3; details soften as the interval grows, and more so when steps are already few"
    sources = ("Ma et al. 2024, arXiv 2312.00858", "DeepCache 0.1.1")
    symptoms = (
        Symptom(
            pattern=r"KeyError: 'unet_forward'|'DeepCacheSDHelper' object has no attribute",
            sentence="DeepCache was switched on twice or before its parameters; it is left out",
        ),
        Symptom(
            pattern=r"Sizes of tensors must match",
            sentence="the batch changed while features were cached; DeepCache is left out",
        ),
    )

    interval: int = Field(default=3, ge=2, le=8, multiple_of=1, description="steps from one full pass to the next")
    branch: int = Field(default=0, ge=0, le=2, multiple_of=1, description="skip branch kept fresh; higher is finer")

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(
            imports=(Import(module="DeepCache", name="DeepCacheSDHelper"),),
            setup=(
                "deepcache_helper = DeepCacheSDHelper(pipe={pipe})",
                f"deepcache_helper.set_params(cache_interval={self.interval}, cache_branch_id={self.branch})",
                "deepcache_helper.enable()",
            ),
        )

    def effect(self, situation: Situation) -> Effect:
        shallow = 0.28 + 0.12 * self.branch
        full = 1 / self.interval
        crowd = 50 / max(4, situation.steps)
        beside = 0.3 if "ControlNet" in situation.pipeline_class else 0.0  # the ControlNet runs whole at every step
        return Effect(
            per_call=beside + (1 - beside) * (full + (1 - full) * shallow),
            loss=0.004 * (self.interval - 1) * crowd,
            drift=0.05 * (self.interval - 1) * crowd**0.5,
        )

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if visits_twice(situation.scheduler) and plan.step("sampler") is None:
            return (
                f"{situation.scheduler} visits each timestep twice, which makes DeepCache skip almost every full pass"
            )
        if situation.strength is not None and _begins_differ(situation):
            return (
                "strength or steps differ from call to call, and DeepCache would start later pictures from an old cache"
            )
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.compiled or trace.mid_block_calls is None:
            return None
        expected = ceil(trace.denoiser_calls / self.interval)
        if trace.mid_block_calls >= trace.denoiser_calls:
            return f"the deep blocks ran in all {trace.denoiser_calls} denoiser calls: nothing was reused"
        if trace.mid_block_calls < expected - 1:
            return f"the deep blocks ran {trace.mid_block_calls} times where interval {self.interval} needs {expected}"
        return None


def _begins_differ(situation: Situation) -> bool:
    """May one process call the pipeline with two strengths, or numbers of steps?"""
    calls = situation.pipeline.calls
    unread = any("strength" in c.keywords and c.strength is None for c in calls)
    return unread or len({(c.strength, c.steps) for c in calls}) > 1
