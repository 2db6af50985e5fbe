from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace


class FusedQKV(Method):
    """Compute query, key and value of each attention layer in one matrix product."""

    slug = "fused_qkv"
    title = "Fused QKV projections"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 20
    clashes = frozenset({"tgate"})
    lossless = True
    gain = "a few per cent, more with torch.compile and quantisation"
    sources = ("diffusers documentation, optimization/fp16, fuse_qkv_projections",)

    def change(self, situation: Situation, plan: Plan) -> Change:
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        return Change(setup=(f"{owner}.fuse_qkv_projections()",))

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.99)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class == "DiTPipeline":
            return "DiT's transformer has no fuse_qkv_projections"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.fused_qkv else "no attention layer has fused projections"
