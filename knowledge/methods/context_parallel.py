from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

_PLANNED = ("Flux", "QwenImage", "LTX", "Wan")
"""pipelines whose transformer says how its sequence is cut"""


class ContextParallel(Method):
    """Share one picture's tokens between several GPUs, each of which computes a part of the sequence.

    Described, and not run here: it needs a process for each GPU (`torchrun --nproc-per-node N script.py`).
    """

    slug = "context_parallel"
    title = "Context parallelism over several GPUs"
    kind = "parallel"
    fits = frozenset({"dit"})
    order = 80
    clashes = frozenset({"model_offload", "sequential_offload", "group_offload"})
    devices = frozenset({"cuda"})
    needs = MappingProxyType({"diffusers": ">=0.36"})
    searched = False
    gain = "nearly as many times faster as there are GPUs, for long sequences: large pictures and video; not run here"
    sources = (
        "diffusers documentation, training/distributed_inference, context parallelism",
        "diffusers 0.42.1, models/_modeling_parallel.py: ring and Ulysses attention, called experimental",
    )
    backfires = (
        "a short sequence (512 px) is too little work to share: the GPUs wait for each other",
        "every process draws the same picture and must be given the same seed; save it in one of them only",
        "ring attention talks at every layer: without NVLink the wires are the limit",
        "it is experimental in diffusers, and cannot be taken off again",
    )

    how: Literal["ulysses", "ring"] = Field(
        default="ulysses", description="ulysses is faster and needs fast wires, ring takes less memory"
    )
    degree: int = Field(
        default=2, ge=2, le=8, multiple_of=2, description="GPUs that share a picture; it must divide the heads"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        config = f"ContextParallelConfig({self.how}_degree={self.degree})"
        return Change(
            imports=(Import(module="torch"), Import(module="diffusers", name="ContextParallelConfig")),
            setup=(
                'torch.distributed.init_process_group("nccl")',
                "torch.cuda.set_device(torch.distributed.get_rank())",
                '{pipe}.to("cuda")',
                f"{{pipe}}.{situation.denoiser}.enable_parallelism(config={config})",
            ),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1.2 / self.degree)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if not situation.pipeline_class.startswith(_PLANNED):
            return f"{situation.pipeline_class}'s transformer does not say how its sequence is cut between GPUs"
        return (
            f"it needs {self.degree} GPUs and a process for each (torchrun); scripts are measured in one process here"
        )

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.parallel != self.degree:
            return f"{trace.parallel or 1} devices share a picture, not {self.degree}"
        return None
