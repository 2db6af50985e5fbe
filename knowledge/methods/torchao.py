from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..quantised import not_quantised, others
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

_CONFIGS = {
    "int8_weight_only": "Int8WeightOnlyConfig",
    "int8_dynamic": "Int8DynamicActivationInt8WeightConfig",
    "float8_weight_only": "Float8WeightOnlyConfig",
    "float8_dynamic": "Float8DynamicActivationFloat8WeightConfig",
}


class TorchAO(Method):
    """Keep the weights of the denoiser's linear layers in 8 bits, by torchao; `dynamic` computes in 8 bits too.

    Meant to be compiled: without torch.compile every layer casts in kernels of its own.
    """

    slug = "torchao"
    title = "8-bit weights by torchao"
    kind = "precision"
    fits = frozenset({"unet", "dit"})
    order = 15
    clashes = others("torchao")
    package = "torchao"
    devices = frozenset({"cuda"})
    needs = MappingProxyType({"torchao": ">=0.15"})
    gain = "half of float16's memory for the linear layers; faster only with large layers, dynamic and compiled; not measured here, for want of a GPU"
    sources = (
        "torchao 0.18.0: int8 and float8 weight-only and int8 dynamic ran on all four denoisers on a CPU",
        "diffusers documentation, quantization/torchao",
        "pytorch/ao issue 685: float8 without torch.compile takes 0.92 -> 3.14 ms at width 512, with it 0.95 ms",
    )
    symptoms = (
        Symptom(
            pattern=r"compute capability|Float8 dynamic|fp8.*(8\.9|not supported)|_scaled_mm",
            sentence="8-bit floats are computed on GPUs of compute capability 8.9 and newer; whole numbers take their place",
            params={"scheme": "int8_dynamic"},
        ),
        Symptom(
            pattern=r"torchao|mslk|_int_mm|AffineQuantized|Int8Tensor",
            sentence="torchao does not work with this GPU, PyTorch or model; it is left out",
        ),
    )
    backfires = (
        "dynamic without torch.compile is slower than no quantisation: 0.92 ms became 3.14 ms in a layer 512 wide",
        "weight-only without torch.compile turns every weight back at every call: it saves memory and costs time",
        "on a CPU none of them was faster: 0.34 s became 0.33 to 0.67 s",
        "small and narrow layers gain nothing, and U-Nets hold much of their work in convolutions, which stay as they are",
        "once installed it adds about 2 s to every import of a diffusers pipeline",
        "the sum of element_size() over the weights does not show what was saved; peak memory does",
    )

    scheme: Literal["int8_weight_only", "int8_dynamic", "float8_weight_only", "float8_dynamic"] = Field(
        default="int8_weight_only",
        description="weight_only saves memory, dynamic computes in 8 bits and is faster when compiled; float8 keeps range",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        config = _CONFIGS[self.scheme]
        return Change(
            imports=(
                Import(module="torchao.quantization", name="quantize_"),
                Import(module="torchao.quantization", name=config),
            ),
            setup=(f"quantize_({{pipe}}.{situation.denoiser}, {config}())",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        dynamic = self.scheme.endswith("dynamic")
        return Effect(per_call=0.85 if dynamic else 1.1, loss=0.004 if dynamic else 0.002, drift=0.06)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        compiled = plan.step("compile") is not None or "compile" in situation.pipeline.applied
        if self.scheme.endswith("dynamic") and not compiled:
            return f"torchao.scheme={self.scheme} is slower than no quantisation unless it is compiled: add compile"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_quantised(trace, before)
