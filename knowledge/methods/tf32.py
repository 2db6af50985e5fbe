from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class TF32(Method):
    """Let a GPU multiply float32 matrices in TF32: float32's range, half precision's digits.

    PyTorch already does so for convolutions; this asks for it in matrix products too.
    """

    slug = "tf32"
    title = "TF32 matrix products"
    kind = "precision"
    fits = frozenset({"unet", "dit"})
    order = 5
    devices = frozenset({"cuda"})
    gain = "up to several times on the matrix products of a float32 pipeline, nothing on one in half precision; not measured here, for want of a GPU"
    sources = (
        "PyTorch documentation, notes/cuda, TensorFloat-32",
        "diffusers documentation, optimization/fp16, TensorFloat-32",
    )
    backfires = (
        "in float16 or bfloat16 there is no float32 product left, and it does nothing",
        "it holds for the whole process, so for every other model in it too",
        "half precision is faster still and takes half the memory; this is for what must stay in float32",
        "GPUs before Ampere have no TF32, and ignore it",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(imports=(Import(module="torch"),), setup=("torch.backends.cuda.matmul.allow_tf32 = True",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("torch.backends.cuda.matmul.allow_tf32 = False",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.75, rest=0.9, loss=0.001, drift=0.01)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if plan.step("precision") is not None:
            return "the plan has half precision, and TF32 is about float32"
        if situation.pipeline.dtype in ("float16", "bfloat16"):
            return f"the script runs in {situation.pipeline.dtype}, and TF32 is about float32"
        # What has TF32 has bfloat16 too: both came with Ampere.
        if not situation.device.bf16:
            return f"{situation.device.name} has no TF32"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if not trace.tf32:
            return "PyTorch's matrix products are computed in float32"
        if trace.denoiser_dtype != "float32":
            return f"the denoiser's weights are {trace.denoiser_dtype}: no float32 product is left"
        return None
