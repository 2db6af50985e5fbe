from typing import Literal

from pydantic import Field

from ..caching import CACHES, TRIED
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Scalar, Trace

_GRAPHS = ("reduce-overhead", "max-autotune")
"""modes that record CUDA graphs"""


class Compile(Method):
    """Compile the denoiser with torch.compile; the first picture pays for it.

    `regional` compiles each repeated block once (8 s where the whole takes 89 s on a small CPU); DiT and PixArt do not
    name theirs, so that is done for them. The modes with CUDA
    graphs record the kernels of a call once and replay them, which takes the waiting for the CPU away.
    """

    slug = "compile"
    title = "torch.compile"
    kind = "compile"
    fits = frozenset({"unet", "dit"})
    order = 90
    clashes = CACHES | {"tome", "tgate", "layer_skip", "sage_attention", "sequential_offload"}
    lossless = True
    gain = "1.1-1.5x on a GPU, about 1.15x on a CPU; the first picture takes 10-120 s longer, so it pays back after N pictures"
    sources = (
        "PyTorch documentation, torch.compile",
        "diffusers documentation, optimization/fp16, regional compilation",
        "PyTorch 2.14.1, torch._inductor.list_mode_options: what each mode switches on",
    )
    symptoms = (
        Symptom(
            pattern=r"Regional compilation failed|_repeated_blocks",
            sentence="this denoiser names no repeated blocks; the whole of it is compiled instead",
            params={"scope": "whole"},
        ),
        Symptom(
            pattern=r"CUDAGraphs|cudagraph|overwritten by a subsequent run",
            sentence="CUDA graphs overwrite what a later call still needs here; compiled without them",
            params={"mode": "default"},
        ),
        Symptom(
            pattern=r"recompile_limit|cache_size_limit|FailOnRecompileLimitHit",
            sentence="sizes change from call to call and each is compiled anew; it is left out",
        ),
        Symptom(
            pattern=r"BackendCompilerFailed|InductorError|CppCompileError|InvalidCxxCompiler|g\+\+|triton",
            sentence="the compiler behind torch.compile does not work here; it is left out",
        ),
    )

    backfires = (
        "it pays back after N pictures only, which the report counts: not for a script that draws one",
        "another size, batch or number of prompt tokens compiles again, in the middle of a request",
        "guidance that ends on the way halves the batch, which is another size and compiles again",
        "max-autotune times many kernels first, which takes minutes more",
        "CUDA graphs keep memory of their own for every shape, and want the same addresses at every call",
        "a LoRA that is loaded afterwards compiles everything again; load it before",
    )

    scope: Literal["regional", "whole"] = Field(
        default="regional",
        description="repeated blocks, which compiles sooner, or the whole denoiser, which fuses more",
    )
    mode: Literal["default", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune"] = Field(
        default="default",
        description="what is spent on it: reduce-overhead adds CUDA graphs, max-autotune tries kernels out as well; "
        "further down is slower to start and may be faster",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        denoiser = f"{{pipe}}.{situation.denoiser}"
        mode = "" if self.mode == "default" else f'mode="{self.mode}"'
        if self.scope == "regional":
            named = (f'{denoiser}._repeated_blocks = ["BasicTransformerBlock"]',) if _unnamed(situation) else ()
            return Change(setup=(*named, f"{denoiser}.compile_repeated_blocks({mode})"))
        given = ", ".join(a for a in (denoiser, mode) if a)
        return Change(imports=(Import(module="torch"),), setup=(f"{denoiser} = torch.compile({given})",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        denoiser = f"{{pipe}}.{situation.denoiser}"
        if self.scope == "whole":
            return (f"{denoiser} = {denoiser}._orig_mod",)
        named = (f'{denoiser}.__dict__.pop("_repeated_blocks")',) if _unnamed(situation) else ()
        return (f"for block in {denoiser}.modules():\n    block._compiled_call_impl = None", *named)

    def written(self, steps: int, plan: Plan) -> dict[str, Scalar]:
        shown: dict[str, Scalar] = {"scope": self.scope}
        return shown if self.mode == "default" else {**shown, "mode": self.mode}

    def effect(self, situation: Situation) -> Effect:
        start = 10.0 if self.scope == "regional" else 90.0
        start *= 4 if self.mode.startswith("max") else 1
        graphs = 0.95 if self.mode != "default" else 1.0
        return Effect(per_call=0.9 if situation.device.kind == "cpu" else 0.75 * graphs, startup_s=start)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if self.scope == "regional" and not (_names_blocks(situation) or _unnamed(situation)):
            return f"{situation.pipeline_class}'s denoiser names no repeated blocks; compile the whole of it"
        if self.scope == "whole" and situation.facts is not None and situation.facts.inner:
            return (
                f"{situation.pipeline_class} draws with {situation.facts.inner[0]}, which keeps the denoiser as it was"
            )
        if self.mode != "default" and situation.device.kind != "cuda":
            return f"compile.mode={self.mode} is about GPU kernels; on {situation.device.kind} the default is left"
        if self.mode in _GRAPHS and self.scope == "regional":
            return f"compile.mode={self.mode} records CUDA graphs, and one block would overwrite the next one's: scope=whole"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if not trace.compiled:
            return "neither the denoiser nor any block of it is compiled"
        if self.mode != "default" and trace.compile_mode not in (None, self.mode):
            return f"it is compiled in mode {trace.compile_mode}, not {self.mode}"
        return None


def _unnamed(situation: Situation) -> bool:
    """Is it one of the transformers that do not name their blocks to diffusers, and are known to be made of these?"""
    return situation.pipeline_class in TRIED


def _names_blocks(situation: Situation) -> bool:
    """As the live denoiser says, which may name blocks that it has not; before it is known, U-Nets do name theirs."""
    if situation.facts is None:
        return situation.backbone != "dit" and not situation.pipeline_class.startswith("Kandinsky")
    return bool(set(situation.facts.repeated_blocks) & set(situation.facts.block_classes))
