from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..quantised import not_quantised, others
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class Quanto(Method):
    """Keep the weights of the denoiser's linear layers in 8 or 4 bits, by optimum-quanto.

    It saves memory and not time. By quanto's own calls: diffusers 0.42 warns that its QuantoConfig goes away.
    """

    slug = "quanto"
    title = "8- and 4-bit weights by quanto"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 15
    clashes = others("quanto")
    package = "optimum-quanto"
    devices = frozenset({"cpu", "cuda", "mps"})
    needs = MappingProxyType({"optimum-quanto": ">=0.2.6"})
    searched = False
    gain = "half or a quarter of float16's memory for the linear layers; every call turns the weights back, which takes time"
    sources = (
        "optimum-quanto 0.2.7: int8, float8 and int4 ran on all four denoisers on a CPU",
        "diffusers 0.42.1, quantizers/quantization_config.py: QuantoConfig is deprecated",
    )
    symptoms = (
        Symptom(
            pattern=r"quanto_cpp|ninja|Error building extension|CUDA_HOME",
            sentence="4-bit weights need a compiler for C++, which is missing; 8 bits do not",
            params={"bits": "int8"},
        ),
        Symptom(
            pattern=r"quanto|QLinear|qfloat8|qint", sentence="quanto does not work with this model; it is left out"
        ),
    )
    backfires = (
        "int4 builds a C++ extension when it is first used, which took 27 s",
        "no CPU was faster with it",
        "a quantised denoiser is saved and loaded by quanto's own functions, not by save_pretrained",
    )

    bits: Literal["int8", "float8", "int4"] = Field(
        default="int8", description="what weights are kept in: fewer bits take less memory and lose more"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        denoiser, kept = f"{{pipe}}.{situation.denoiser}", f"q{self.bits}"
        return Change(
            imports=tuple(Import(module="optimum.quanto", name=n) for n in ("freeze", kept, "quantize")),
            setup=(f"quantize({denoiser}, weights={kept})", f"freeze({denoiser})"),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        coarse = self.bits == "int4"
        return Effect(per_call=1.2, loss=0.02 if coarse else 0.002, drift=0.2 if coarse else 0.06)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_quantised(trace, before)
