from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..quantised import not_quantised, others
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

IN_FEWER_BITS = '''\
def in_fewer_bits(part, bits):
    """Quantise one part of a pipeline while it is loaded."""
    options = {f"load_in_{bits}": True}
    if bits == "4bit":
        options["bnb_4bit_quant_type"] = "nf4"
    backend = f"bitsandbytes_{bits}"
    return PipelineQuantizationConfig(quant_backend=backend, quant_kwargs=options, components_to_quantize=[part])
'''
"""needs `diffusers.quantizers.PipelineQuantizationConfig`"""


class BitsAndBytes(Method):
    """Load the denoiser with weights in 8 or 4 bits, by bitsandbytes.

    The weights are quantised while they are loaded, so they never lie in memory whole. It saves memory and not time.
    """

    slug = "bitsandbytes"
    title = "8- and 4-bit weights by bitsandbytes"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 3
    clashes = others("bitsandbytes")
    package = "bitsandbytes"
    devices = frozenset({"cuda"})
    searched = False
    explains = frozenset({"parameters"})
    gain = "half or a quarter of float16's memory for the linear layers; every call takes longer: 23.6 -> 28.5 s was reported for Flux in 8 bits"
    sources = (
        "diffusers documentation, quantization/bitsandbytes",
        "bitsandbytes 0.50.2 on a CPU: refused, no GPU found",
        "PrunaAI/pruna pull request 45: 50 steps of a Flux of 8B on an L40S",
    )
    symptoms = (
        Symptom(
            pattern=r"No GPU found|bitsandbytes|load_in_[48]bit|bnb",
            sentence="bitsandbytes needs a GPU that it knows; it is left out",
        ),
    )
    backfires = (
        "it is slower than float16, and with torch.compile about even: 28.5 s became 23.7 s, from 23.6 s without either",
        "without a GPU it refuses to load",
        "4-bit weights are packed, so the count of parameters is halved",
        "a denoiser that the script loads by itself and hands over is not quantised",
    )

    weight_bits: Literal["8bit", "4bit"] = Field(
        default="8bit", description="what weights are kept in: 4 bits (NF4) take half the memory of 8 and lose more"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(
            imports=(Import(module="diffusers.quantizers", name="PipelineQuantizationConfig"),),
            definitions=(IN_FEWER_BITS,),
            load_keywords={"quantization_config": f'in_fewer_bits("{situation.denoiser}", "{self.weight_bits}")'},
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        coarse = self.weight_bits == "4bit"
        return Effect(per_call=1.2, loss=0.01 if coarse else 0.002, drift=0.15 if coarse else 0.06)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline.constructor != "from_pretrained":
            return f"weights are quantised by from_pretrained, and the script uses {situation.pipeline.constructor}"
        if situation.denoiser in situation.pipeline.load_keywords:
            return f"the script hands over a {situation.denoiser} of its own, which is loaded already"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_quantised(trace, before)
