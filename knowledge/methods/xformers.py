from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace


class XFormers(Method):
    """Compute attention with xformers' memory-efficient kernels.

    They were what made Stable Diffusion fit small GPUs before PyTorch had its own; since then they are seldom faster.
    """

    slug = "xformers"
    title = "xformers attention"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 25
    clashes = frozenset({"sdpa_kernel", "sage_attention", "attention_backend", "fused_qkv", "tgate"})
    package = "xformers"
    devices = frozenset({"cuda"})
    lossless = True
    gain = "about as fast as PyTorch 2's own attention; not measured here, for want of a GPU"
    sources = ("diffusers documentation, optimization/xformers",)
    symptoms = (
        Symptom(
            pattern=r"xformers|No operator found for `memory_efficient_attention",
            sentence="xformers has no kernel for this GPU, type or head size; PyTorch's attention is kept",
        ),
    )
    backfires = (
        "it replaces the attention layers' processors: fused projections and T-GATE are undone by it, or undo it",
        "wheels fit one version of PyTorch each; another one imports, and warns, and runs without kernels",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=(f"{{pipe}}.{situation.denoiser}.enable_xformers_memory_efficient_attention()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (f"{{pipe}}.{situation.denoiser}.disable_xformers_memory_efficient_attention()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.99)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if "xformers" in trace.methods else "no attention layer has xformers' processor"
