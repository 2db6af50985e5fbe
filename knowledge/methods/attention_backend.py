from typing import Literal

from pydantic import Field

from ..caching import TRIED
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace


class AttentionBackend(Method):
    """Send attention to another library through diffusers' own switch, `set_attention_backend`.

    It reaches models whose layers ask diffusers for their attention (Flux, Qwen-Image, Wan, ...). U-Nets, DiT and
    PixArt call PyTorch themselves: there the switch is accepted, and the pictures stay the same to the last bit.
    """

    slug = "attention_backend"
    title = "Attention backend of diffusers"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 25
    clashes = frozenset({"sdpa_kernel", "xformers", "sage_attention"})
    devices = frozenset({"cuda"})
    searched = False
    gain = "nothing on U-Nets, DiT and PixArt; elsewhere 1.0-1.3x, and `sage` costs some detail"
    sources = ("diffusers documentation, optimization/attention_backends",)
    symptoms = (
        Symptom(
            pattern=r"not usable because of missing package|not available.*attention backend",
            sentence="the library behind this attention backend is not installed; it is left out",
        ),
    )
    backfires = (
        "on U-Nets, DiT and PixArt it is accepted and does nothing: use sdpa_kernel, xformers or sage_attention there",
    )

    backend: Literal["flash", "sage", "xformers", "_native_cudnn"] = Field(
        default="_native_cudnn", description="the first three need flash-attn, sageattention or xformers"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=(f'{{pipe}}.{situation.denoiser}.set_attention_backend("{self.backend}")',))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (f"{{pipe}}.{situation.denoiser}.reset_attention_backend()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect()

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        facts, name = situation.facts, situation.pipeline_class
        if not facts.dispatches if facts else situation.backbone == "unet" or name in TRIED:
            return (
                f"{name}'s layers call PyTorch's attention themselves: set_attention_backend is "
                "accepted and changes nothing; use sdpa_kernel, xformers or sage_attention"
            )
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.compiled or trace.attention_kernels != before.attention_kernels:
            return None
        return f"attention ran on {', '.join(trace.attention_kernels) or 'the same kernels'}, as before"
