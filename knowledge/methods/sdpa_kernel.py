from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

_SWITCHES = {
    "flash": "enable_flash_sdp",
    "efficient": "enable_mem_efficient_sdp",
    "cudnn": "enable_cudnn_sdp",
}
_OFF = {
    "flash": ("cudnn",),
    "efficient": ("flash", "cudnn"),
    "cudnn": ("flash", "efficient"),
    "math": ("flash", "efficient", "cudnn"),
}
"""kernel -> those that PyTorch must not prefer to it; `efficient` stays for what `flash` cannot do: masks"""


class SdpaKernel(Method):
    """Choose the kernel behind PyTorch's scaled_dot_product_attention instead of leaving it to PyTorch.

    This acts on every model that calls PyTorch's attention, which U-Nets, DiT and PixArt do. Attention that the kernel
    cannot do (masks, odd head sizes, float32) goes to the plain one.
    """

    slug = "sdpa_kernel"
    title = "Attention kernel of PyTorch (SDPA)"
    kind = "attention"
    fits = frozenset({"unet", "dit"})
    order = 5
    clashes = frozenset({"xformers", "sage_attention", "attention_backend"})
    devices = frozenset({"cuda"})
    lossless = True
    gain = "0-10% where PyTorch's own choice is not the best for the GPU; not measured here, for want of one"
    sources = ("PyTorch documentation, torch.backends.cuda and torch.nn.attention.sdpa_kernel",)
    symptoms = (
        Symptom(
            pattern=r"No available kernel|cuDNN.*attention|mha_graph",
            sentence="this kernel cannot do this model's attention; PyTorch's own choice is kept",
        ),
    )
    backfires = (
        "in float32 neither flash nor cudnn runs, and attention falls back to the plain kernel, which is slower and takes memory",
        "PixArt masks its prompt: without the efficient kernel its cross-attention falls back to the plain one",
        "the choice holds for the whole process, so for every other model in it too",
    )

    kernel: Literal["flash", "efficient", "cudnn", "math"] = Field(
        default="cudnn", description="which kernel is preferred; `math` is the plain one, slow and for comparison"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        off = tuple(f"torch.backends.cuda.{_SWITCHES[k]}(False)" for k in _OFF[self.kernel])
        return Change(imports=(Import(module="torch"),), setup=off)

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return tuple(f"torch.backends.cuda.{_SWITCHES[k]}(True)" for k in _OFF[self.kernel])

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1.1 if self.kernel == "math" else 0.98)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        precision = plan.step("precision")
        half = precision is not None or situation.pipeline.dtype in ("float16", "bfloat16")
        if self.kernel in ("flash", "cudnn") and not half:
            return f"the {self.kernel} kernel works in float16 and bfloat16 only, and this pipeline runs in float32"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.compiled or not trace.attention_kernels or self.kernel in trace.attention_kernels:
            return None
        return f"attention ran on {', '.join(trace.attention_kernels)}, never on {self.kernel}"
