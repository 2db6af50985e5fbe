from types import MappingProxyType

from pydantic import Field

from ..caching import CACHES
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import steps_of
from ..types import Change, Import, Plan, Scalar, Trace

LOADERS = {
    "StableDiffusionPipeline": "TgateSDLoader",
    "StableDiffusionXLPipeline": "TgateSDXLLoader",
    "PixArtAlphaPipeline": "TgatePixArtAlphaLoader",
    "PixArtSigmaPipeline": "TgatePixArtSigmaLoader",
}
_NEEDS_PAIRED_BATCH = {"HeunDiscreteScheduler", "KDPM2DiscreteScheduler"}
_WARM_UP = 2
_UNPATCH = """\
for layer in {pipe}.DENOISER.modules():
    if type(layer).__name__ == "Attention":
        layer.__dict__.pop("forward", None)
        layer.__dict__.pop("cache", None)"""
"""the library has no way back; the layers' own functions are still there, below the patches"""


class TGate(Method):
    """Stop computing cross-attention after a gate step, and drop the unconditional half from there on.

    Called as `pipe.tgate(...)`. The library leaves the attention layers patched, so every call of the script is
    changed: a plain `pipe(...)` after it would be silently wrong.
    """

    slug = "tgate"
    title = "T-GATE"
    kind = "cache"
    fits = frozenset({"unet", "dit"})
    order = 60
    explains = frozenset({"batch"})
    clashes = CACHES | {
        "deepcache",
        "guidance_cutoff",
        "guidance_interval",
        "fused_qkv",
        "compile",
        "layer_skip",
        "xformers",
        "few_step_lora",
    }
    package = "tgate"
    needs = MappingProxyType({"tgate": ">=1.0,<2"})
    gain = "1.2-1.5x; late steps refine detail and hardly look at the prompt"
    sources = ("Zhang et al. 2024, arXiv 2404.02747", "tgate 1.0.0")
    symptoms = (
        Symptom(
            pattern=r"not enough values to unpack \(expected 2, got 1\)",
            sentence="T-GATE needs guidance: without the unconditional half there is nothing to drop; it is left out",
        ),
    )

    backfires = (
        "after the gate the prompt is no longer looked at: small things that form late may be lost",
        "the attention layers stay patched after the call, so a plain pipe(...) behind it draws something else, in silence",
        "it replaces the attention layers' own forward: custom attention processors are passed over",
    )

    gate: float = Field(
        default=0.5, ge=0.2, le=0.8, multiple_of=0.1, description="share of the steps before the gate; less is faster"
    )
    sp_interval: int = Field(
        default=1,
        ge=1,
        le=5,
        multiple_of=1,
        description="self-attention every n steps before it; more is faster and coarser",
    )
    fi_interval: int = Field(
        default=1,
        ge=1,
        le=5,
        multiple_of=1,
        description="self-attention every n steps after it; more is faster and coarser",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        loader = LOADERS[situation.pipeline_class]
        settings = {**self.written(steps_of(plan, situation), plan), "warm_up": _WARM_UP}
        return Change(
            imports=(Import(module="tgate", name=loader),),
            setup=(f"{{pipe}} = {loader}({{pipe}})",),
            call_method="tgate",
            call_keywords={name: str(value) for name, value in settings.items()},
        )

    def written(self, steps: int, plan: Plan) -> dict[str, Scalar]:
        gate = max(2, round(self.gate * steps))
        return {"gate_step": gate, "sp_interval": self.sp_interval, "fi_interval": self.fi_interval}

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (_UNPATCH.replace("DENOISER", situation.denoiser),)

    def effect(self, situation: Situation) -> Effect:
        after = 1 - self.gate
        reuse = 0.12 * (1 - 1 / self.sp_interval) + 0.12 * (1 - 1 / self.fi_interval)
        return Effect(
            per_call=1 - 0.45 * after - reuse,
            loss=0.04 * after + 0.05 * reuse,
            drift=0.25 * after + 0.4 * reuse,
        )

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class not in LOADERS:
            return f"T-GATE has no loader for {situation.pipeline_class}"
        if situation.guidance_scale <= 1:
            return "T-GATE needs guidance_scale above 1: without the unconditional half it has nothing to drop"
        if situation.scheduler in _NEEDS_PAIRED_BATCH and plan.step("sampler") is None:
            return f"T-GATE fails with {situation.scheduler}"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.compiled or not before.cross_attention_calls:
            return None
        rate, full = (
            trace.cross_attention_calls / trace.denoiser_calls,
            before.cross_attention_calls / before.denoiser_calls,
        )
        if rate >= full:
            return f"cross-attention ran {rate:.0f} times a step, as before: the gate never closed"
        return None
