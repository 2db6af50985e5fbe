from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class Compile(Method):
    """Compile the denoiser with torch.compile; the first picture pays for it.

    `regional` compiles each repeated block once (8 s where the whole takes 89 s on a small CPU).
    """

    slug = "compile"
    title = "torch.compile"
    kind = "compile"
    fits = frozenset({"unet", "dit"})
    order = 90
    clashes = frozenset({"tome", "tgate"})
    lossless = True
    gain = "1.1-1.5x on a GPU, about 1.15x on a CPU; the first picture takes 10-120 s longer, so it pays back after N pictures"
    sources = (
        "PyTorch documentation, torch.compile",
        "diffusers documentation, optimization/fp16, regional compilation",
    )
    symptoms = (
        Symptom(
            pattern=r"Regional compilation failed|_repeated_blocks",
            sentence="this denoiser names no repeated blocks; the whole of it is compiled instead",
            params={"scope": "whole"},
        ),
        Symptom(
            pattern=r"BackendCompilerFailed|InductorError|CppCompileError|InvalidCxxCompiler|g\+\+|triton",
            sentence="the compiler behind torch.compile does not work here; it is left out",
        ),
    )

    scope: Literal["regional", "whole"] = Field(
        default="regional", description="repeated blocks, or the whole denoiser"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        denoiser = f"{{pipe}}.{situation.denoiser}"
        if self.scope == "regional":
            return Change(setup=(f"{denoiser}.compile_repeated_blocks()",))
        return Change(imports=(Import(module="torch"),), setup=(f"{denoiser} = torch.compile({denoiser})",))

    def effect(self, situation: Situation) -> Effect:
        start = 10.0 if self.scope == "regional" else 90.0
        return Effect(per_call=0.9 if situation.device.kind == "cpu" else 0.75, startup_s=start)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if self.scope == "regional" and situation.backbone == "dit":
            return f"{situation.pipeline_class}'s transformer names no repeated blocks; compile the whole of it"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.compiled else "neither the denoiser nor any block of it is compiled"
