from math import ceil
from types import MappingProxyType

from pydantic import Field

from ..adapters import SAFE_DEEPCACHE
from ..caching import CACHES
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import run_of, steps_of, visits_twice
from ..types import Change, Import, Plan, Trace


class DeepCache(Method):
    """Reuse the UNet's deep features between neighbouring denoising steps; only the outermost blocks run each step.

    The library looks timesteps up, and keeps the step at which its first call began: samplers that visit a timestep
    twice, and image-to-image whose strength varies, would run on stale features; offloading takes the lookup away
    after the first picture; and Kandinsky 2.2 names its arguments, of which the library wants the second. There an
    adapter of ours counts.
    """

    slug = "deepcache"
    title = "DeepCache"
    kind = "cache"
    fits = frozenset({"unet"})
    order = 50
    clashes = CACHES | {"tgate", "guidance_interval"}
    package = "DeepCache"
    needs = MappingProxyType({"DeepCache": ">=0.1.1,<0.2"})
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

    backfires = (
        "where steps are already few, neighbouring steps differ too much: below 10 steps details dissolve",
        "with a ControlNet only the U-Net is cached; the ControlNet runs whole at every step",
        "batch size and resolution must stay within a run; a callback that halves the batch between full passes fails",
        "it looks each timestep up on the device, which costs small denoisers on a GPU",
    )

    interval: int = Field(
        default=3,
        ge=2,
        le=8,
        multiple_of=1,
        description="steps from one full pass to the next; more is faster and coarser",
    )
    branch: int = Field(
        default=0, ge=0, le=2, multiple_of=1, description="skip branch kept fresh; higher is finer and slower"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        helper = "SafeDeepCache" if _miscounts(situation, plan) else "DeepCacheSDHelper"
        return Change(
            imports=(Import(module="DeepCache", name="DeepCacheSDHelper"),),
            definitions=(SAFE_DEEPCACHE,) if helper == "SafeDeepCache" else (),
            setup=(
                f"deepcache_helper = {helper}(pipe={{pipe}})",
                f"deepcache_helper.set_params(cache_interval={self.interval}, cache_branch_id={self.branch})",
                "deepcache_helper.enable()",
            ),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("deepcache_helper.disable()",)

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
        if situation.denoiser != "unet":
            return f"DeepCache looks for pipe.unet, and {situation.pipeline_class} has {situation.denoiser}"
        if situation.pipeline_class.startswith("Kandinsky3"):
            return "Kandinsky3UNet's blocks are its own: they have no `downsamplers`, which DeepCache looks for"
        if run_of(steps_of(plan, situation), situation.strength) < 2:
            return "a single step is run: there is no step before it whose features could be reused"
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


def _miscounts(situation: Situation, plan: Plan) -> bool:
    """Would the library skip full passes, begin a picture from the last one's features, or not count?"""
    sampler = plan.step("sampler")
    own = sampler is None or sampler.params.get("name") == "keep"
    twice = own and visits_twice(situation.scheduler)
    offloaded = any("offload" in s for s in (*situation.pipeline.applied, *(s.method for s in plan.steps)))
    named = situation.pipeline_class.startswith("Kandinsky")  # it calls unet(sample=...): args[1] is not the timestep
    return twice or offloaded or named or (situation.strength is not None and _begins_differ(situation))


def _begins_differ(situation: Situation) -> bool:
    """May one process call the pipeline with two strengths, or numbers of steps?"""
    calls = situation.pipeline.calls
    unread = any("strength" in c.keywords and c.strength is None for c in calls)
    return unread or len({(c.strength, c.steps) for c in calls}) > 1
