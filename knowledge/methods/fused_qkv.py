from ..method import Effect, Method
from ..quantised import QUANTISERS
from ..situation import Situation
from ..types import Change, Plan, Trace

_DROP = """\
for layer in LAYERS:
    if getattr(layer, "fused_projections", False):
        layer.fused_projections = False
        layer._modules.pop("to_qkv", None)
        layer._modules.pop("to_kv", None)"""
"""the library puts the old processors back, and leaves the fused weights and their mark"""


class FusedQKV(Method):
    """Compute query, key and value of each attention layer in one matrix product."""

    slug = "fused_qkv"
    title = "Fused QKV projections"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 20
    clashes = QUANTISERS | {"tgate", "xformers"}
    lossless = True
    gain = "a few per cent, more with torch.compile and quantisation"
    sources = (
        "diffusers documentation, optimization/fp16, fuse_qkv_projections",
        "diffusers 0.42.1, AttentionMixin.fuse_qkv_projections: ValueError for added KV projections",
    )

    backfires = (
        "the fused weights are kept beside the old ones: the attention layers take almost twice the memory",
        "a LoRA that is loaded behind it lands in the old weights and does nothing",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        return Change(setup=(f"{owner}.fuse_qkv_projections()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        parts = f"[*{{pipe}}.{situation.denoiser}.modules(), *{{pipe}}.vae.modules()]"
        return (f"{owner}.unfuse_qkv_projections()", _DROP.replace("LAYERS", parts))

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.99)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class == "DiTPipeline":
            return "DiT's transformer has no fuse_qkv_projections"
        if situation.facts is not None and not situation.facts.fuses:
            return f"{situation.facts.denoiser_class} has no fuse_qkv_projections that reaches its attention layers"
        if situation.pipeline_class.startswith("Kandinsky") and situation.backbone == "unet":
            return "Kandinsky's attention layers have added key and value projections, which diffusers refuses to fuse"
        if situation.pipeline_class.startswith("AudioLDM"):
            return "AudioLDM's second attention layers are given no text, and fused ones fail without it"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.fused_qkv else "no attention layer has fused projections"
