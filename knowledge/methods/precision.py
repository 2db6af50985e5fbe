from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class Precision(Method):
    """Hold weights and activations in 16 bits instead of 32."""

    slug = "precision"
    title = "Half precision"
    kind = "precision"
    fits = frozenset({"unet", "dit"})
    order = 1
    gain = "about 2x and half the memory on a GPU with tensor cores; about 1.1x on a CPU with AVX512-bf16 or AMX, else slower"
    sources = ("diffusers documentation, optimization/fp16", "measured on the zoo: docs/zoo.md")
    symptoms = (
        Symptom(
            pattern=r"no such modeling files|variant=(fp16|bf16)",
            sentence="the checkpoint has no files of that variant; the plain ones are loaded in half precision without it",
        ),
        Symptom(
            pattern=r"must have the same dtype|expected scalar type|Input type .* and (bias|weight) type",
            sentence="a component stayed in float32; precision is left out",
        ),
    )

    backfires = (
        "float16 on a CPU is emulated: tiny models took 4 to 16 times the processor time",
        "bfloat16 on a CPU without AVX512-bf16 or AMX is slower than float32",
        "with no dtype given, text encoders load in the type of their own configuration and the denoiser in float32: "
        "name one type for all",
        "SDXL's VAE overflows in float16: diffusers turns it to float32 for every picture, which takes time and memory",
        "the weights are rounded for good: turning the pipeline back to float32 does not bring the old picture back",
        "float16 overflows where activations are large, and the picture is black: transformers keeps a part of T5 in "
        "float32 for that reason; bfloat16 does not overflow",
    )

    dtype: Literal["float16", "bfloat16"] = Field(
        default="float16", description="float16 is finer, bfloat16 has float32's range and is native on newer CPUs"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        site = situation.pipeline
        torch = (Import(module="torch"),)
        if site.dtype == self.dtype:
            return Change()
        written_elsewhere = site.dtype is not None and not {"dtype", "torch_dtype"} & set(site.load_keywords)
        # A ControlNet is loaded by a call of its own, so the whole pipeline is turned once it is there.
        given_parts = situation.pipeline_class == "StableDiffusionControlNetPipeline"
        if site.constructor != "from_pretrained" or written_elsewhere or given_parts:
            return Change(imports=torch, setup=(f"{{pipe}}.to(dtype=torch.{self.dtype})",))
        return Change(imports=torch, load_keywords={keyword(situation): f"torch.{self.dtype}"})

    def effect(self, situation: Situation) -> Effect:
        if situation.pipeline.dtype in ("float16", "bfloat16") and situation.device.kind != "cpu":
            return Effect(loss=0.001, drift=0.02)
        if situation.device.kind == "cpu":
            return Effect(per_call=0.9, rest=0.85, loss=0.002, drift=0.03)
        return Effect(per_call=0.55, rest=0.6, loss=0.001, drift=0.02)

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        device = situation.device
        if device.kind == "cpu" and self.dtype == "float16":
            return "float16 arithmetic is emulated on a CPU and 4-12 times slower; use bfloat16"
        if self.dtype == "bfloat16" and not device.bf16:
            return f"{device.name} has no native bfloat16 arithmetic"
        if self.dtype == "float16" and device.bf16 and situation.pipeline_class.startswith("Flux"):
            return "FLUX's text encoders are clipped in float16; this device has bfloat16, which does not overflow"
        if situation.pipeline.dtype == self.dtype:
            return f"the script already loads in {self.dtype}"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        # Layerwise casting keeps most weights in 8 bits; what it leaves alone shows in which type they are computed.
        if trace.denoiser_dtype != self.dtype and self.dtype not in trace.weights:
            return f"the denoiser's weights are {trace.denoiser_dtype}, not {self.dtype}"
        return None


def keyword(situation: Situation) -> str:
    """`torch_dtype` works everywhere, and warns since diffusers 0.42 (there called `dtype`)."""
    numbers = situation.libraries.get("diffusers", "0").split(".")[:2]
    return "dtype" if tuple(int(n) for n in numbers if n.isdigit()) >= (0, 42) else "torch_dtype"
