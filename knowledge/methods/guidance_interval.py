from pydantic import Field

from ..adapters import GUIDE_WITHIN
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import run_of, steps_of
from ..types import Change, Import, Plan, Scalar, Trace

_PLAIN = ("prompt_embeds",)
_XL = ("prompt_embeds", "add_text_embeds", "add_time_ids")
_BOTH_HALVES = {
    "StableDiffusionPipeline": _PLAIN,
    "StableDiffusionImg2ImgPipeline": _PLAIN,
    "StableDiffusionXLPipeline": _XL,
    "StableDiffusionXLImg2ImgPipeline": _XL,
    "StableDiffusionControlNetPipeline": ("prompt_embeds", "image"),
}
"""tensors of the denoising loop that hold the unconditional half and the conditional one"""


class GuidanceInterval(Method):
    """Guide only the steps in the middle: at high noise guidance narrows the choice, at low noise it adds little.

    A callback of ours takes the unconditional half away outside the interval and puts it back inside. A callback runs
    after a step, so the very first step is always guided. Unlike the library's cut-off it keeps all prompts of a batch.
    """

    slug = "guidance_interval"
    title = "Guidance interval"
    kind = "guidance"
    fits = frozenset({"unet"})
    order = 70
    explains = frozenset({"batch"})
    clashes = frozenset(
        {
            *("guidance_cutoff", "tgate", "deepcache", "taylorseer", "pyramid_attention", "faster_cache"),
            "few_step_lora",
        }
    )
    gain = "1.1-1.4x, half of the share of steps that runs unguided; it can even gain variety, and costs adherence when narrow"
    sources = ("Kynkäänniemi et al. 2024, arXiv 2404.07724", "diffusers.callbacks.PipelineCallback")
    symptoms = (
        Symptom(
            pattern=r"size of tensor a .* must match the size of tensor b|Sizes of tensors must match",
            sentence="something in the loop keeps the guided batch; guidance is left on throughout",
        ),
    )
    backfires = (
        "composition is decided in the first steps: left unguided, they follow the prompt less",
        "on a GPU half the batch is not half the time where the full batch does not fill it",
        "a compiled denoiser meets two batch sizes, and is compiled for both",
    )

    start: float = Field(
        default=0.1,
        ge=0.1,
        le=0.4,
        multiple_of=0.1,
        description="share of the steps at the beginning that is unguided, but for the first",
    )
    stop: float = Field(
        default=0.7,
        ge=0.5,
        le=0.9,
        multiple_of=0.1,
        description="share of the steps after which guidance ends; less is faster",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        shown = self.written(run_of(steps_of(plan, situation), situation.strength), plan)
        names = list(_BOTH_HALVES.get(situation.pipeline_class, _PLAIN))
        return Change(
            imports=(Import(module="diffusers.callbacks", name="PipelineCallback"),),
            definitions=(GUIDE_WITHIN,),
            call_keywords={"callback_on_step_end": f"GuidanceInterval({shown['first']}, {shown['last']}, {names})"},
        )

    def written(self, steps: int, plan: Plan) -> dict[str, Scalar]:
        return {"first": max(2, round(self.start * steps)), "last": max(2, round(self.stop * steps) - 1)}

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ()

    def effect(self, situation: Situation) -> Effect:
        cut = 1 - self.stop + self.start
        per_call = 0.4 if situation.device.kind == "cpu" else 0.45
        return Effect(per_call=1 - per_call * cut, loss=0.08 * cut**1.5, drift=min(1.0, 0.35 * cut + 0.5 * self.start))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class not in _BOTH_HALVES:
            return f"it is not known which tensors of {situation.pipeline_class} hold both halves of guidance"
        if situation.guidance_scale <= 1:
            return "guidance is already off (guidance_scale <= 1)"
        keywords = {k for c in situation.pipeline.calls for k in c.keywords}
        if "callback_on_step_end" in keywords:
            return "the script already passes its own callback_on_step_end"
        if found := keywords & {"ip_adapter_image", "ip_adapter_image_embeds"}:
            return f"{sorted(found)[0]} has both halves too, and no callback can reach it"
        if "guess_mode" in keywords:
            return "guess_mode treats the two halves apart, and the interval would mix them up"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if len(trace.batch_sizes) < 2:
            return f"every denoiser call had batch {'/'.join(trace.batch_sizes)}: guidance was never switched off"
        return None
