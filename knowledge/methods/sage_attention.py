from ..adapters import ATTEND_BY_SAGE
from ..caching import TRIED
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class SageAttention(Method):
    """Compute attention in 8 bits with SageAttention's kernels, in the place of PyTorch's function.

    An adapter of ours hands over what the kernels can do (heads of 64, 96 or 128 channels, 16 bits, no mask) and
    leaves the rest with PyTorch. diffusers' own switch for it does not reach these denoisers.
    """

    slug = "sage_attention"
    title = "SageAttention"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 25
    clashes = frozenset({"sdpa_kernel", "xformers", "attention_backend", "compile"})
    package = "sageattention"
    devices = frozenset({"cuda"})
    gain = "its authors report 2x on the attention itself; at 1024 px that is a part of the denoiser; not measured here, for want of a GPU"
    sources = ("Zhang et al. 2024, arXiv 2410.02367",)
    symptoms = (
        Symptom(
            pattern=r"sageattn|sageattention|[Uu]nsupported head_dim|triton",
            sentence="SageAttention's kernels do not work on this GPU; it is left out",
        ),
    )
    backfires = (
        "it replaces PyTorch's function for the whole process, so for every other model in it too",
        "short sequences gain nothing: at 512 px attention is a small part of a U-Net",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(
            imports=(Import(module="torch"), Import(module="sageattention", name="sageattn")),
            definitions=(ATTEND_BY_SAGE,),
            setup=("attend_by_sage()",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("attend_by_torch()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.9, loss=0.002, drift=0.03)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class in TRIED:
            return f"{situation.pipeline_class}'s heads have 72 channels; SageAttention's kernels take 64, 96 or 128"
        if plan.step("precision") is None and situation.pipeline.dtype not in ("float16", "bfloat16"):
            return "SageAttention takes float16 and bfloat16 only, and this pipeline runs in float32"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if "sage_attention" not in trace.methods:
            return "PyTorch's attention function is still its own"
        if trace.attention_kernels and trace.attention_kernels == before.attention_kernels:
            return f"all attention still ran on {', '.join(trace.attention_kernels)}: no layer has heads that fit"
        return None
