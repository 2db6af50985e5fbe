from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace


class FusedQKV(Method):
    """Compute query, key and value of each attention layer in one matrix product."""

    slug = "fused_qkv"
    title = "Fused QKV projections"
    fits = frozenset({"unet"})
    order = 20
    clashes = frozenset({"tgate"})
    lossless = True
    gain = "a few per cent, more with torch.compile and quantisation"
    sources = ("diffusers documentation, optimization/fp16, fuse_qkv_projections",)

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.fuse_qkv_projections()",))

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.99)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.fused_qkv else "no attention layer has fused projections"
