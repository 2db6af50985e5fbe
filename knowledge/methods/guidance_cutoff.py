from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import run_of, steps_of
from ..types import Change, Import, Plan, Scalar, Trace

_CALLBACKS = {
    "StableDiffusionPipeline": "SDCFGCutoffCallback",
    "StableDiffusionImg2ImgPipeline": "SDCFGCutoffCallback",
    "StableDiffusionXLPipeline": "SDXLCFGCutoffCallback",
    "StableDiffusionXLImg2ImgPipeline": "SDXLCFGCutoffCallback",
}


class GuidanceCutoff(Method):
    """Switch classifier-free guidance off for the last steps, which halves their batch.

    With DeepCache the cut falls right before a full pass: in between, cached features still have the old batch.
    The library's callback keeps only the last prompt of a batch, so it fits one picture a call.
    """

    slug = "guidance_cutoff"
    title = "Guidance cut-off"
    kind = "guidance"
    fits = frozenset({"unet"})
    order = 70
    clashes = frozenset(
        {"tgate", "guidance_interval", "taylorseer", "pyramid_attention", "faster_cache", "few_step_lora"}
    )
    batch_safe = False
    explains = frozenset({"batch"})
    gain = "up to 1.2x at half the steps, 1.4x at 80%; costs adherence when cut early"
    sources = (
        "diffusers.callbacks.SDCFGCutoffCallback",
        "Kynkäänniemi et al. 2024, arXiv 2404.07724 (guidance in an interval)",
    )
    symptoms = (
        Symptom(
            pattern=r"Sizes of tensors must match|size of tensor a .* must match the size of tensor b",
            sentence="cached features keep the guided batch; the cut-off is left out",
        ),
    )

    backfires = (
        "cut early, the prompt is followed less: colours and counts go first",
        "on a GPU half the batch is not half the time where the full batch does not fill it",
        "several prompts in one call come out as the last of them, in silence: the callback keeps one",
    )

    after: float = Field(
        default=0.6, ge=0.2, le=0.9, multiple_of=0.1, description="share of the steps that are guided; less is faster"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        index = self.index(run_of(steps_of(plan, situation), situation.strength), plan)
        name = _CALLBACKS[situation.pipeline_class]
        callback = f"{name}(cutoff_step_ratio=None, cutoff_step_index={index})"
        return Change(
            imports=(Import(module="diffusers.callbacks", name=name),),
            call_keywords={"callback_on_step_end": callback},
        )

    def written(self, steps: int, plan: Plan) -> dict[str, Scalar]:
        return {"index": self.index(steps, plan)}

    def index(self, steps: int, plan: Plan) -> int:
        """The step after which guidance ends, moved to the step before a full pass where DeepCache runs."""
        index = max(0, round(self.after * steps) - 1)
        cache = plan.step("deepcache")
        if cache is None:
            return index
        interval = int(cache.params.get("interval", 3))
        return max(interval, round((index + 1) / interval) * interval) - 1

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ()

    def effect(self, situation: Situation) -> Effect:
        cut = 1 - self.after
        per_call = 0.4 if situation.device.kind == "cpu" else 0.45
        return Effect(per_call=1 - per_call * cut, loss=0.08 * cut**1.5, drift=0.35 * cut)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class == "StableDiffusionControlNetPipeline":
            return (
                "the library's cut-off callback leaves the conditioning image doubled, and ControlNet's batch with it"
            )
        if situation.pipeline_class not in _CALLBACKS:
            return f"the library has no cut-off callback for {situation.pipeline_class}"
        if situation.guidance_scale <= 1:
            return "guidance is already off (guidance_scale <= 1)"
        if situation.images_per_call > 1:
            return "the library's cut-off callback keeps only the last prompt of a batch"
        if any("callback_on_step_end" in c.keywords for c in situation.pipeline.calls):
            return "the script already passes its own callback_on_step_end"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if len(trace.batch_sizes) < 2:
            return f"every denoiser call had batch {'/'.join(trace.batch_sizes)}: guidance was never switched off"
        return None
