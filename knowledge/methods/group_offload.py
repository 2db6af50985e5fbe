from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..offloading import not_offloaded, others
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

_REFUSED = ("DiTPipeline", "HunyuanDiTPipeline")
"""their transformers say `_supports_group_offloading = False`"""


class GroupOffload(Method):
    """Keep groups of layers on the GPU while they compute, and move the next one there in the meantime.

    Between model and sequential offloading in memory; with a stream of its own, often as fast as neither.
    """

    slug = "group_offload"
    title = "Group offloading"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 85
    clashes = others("group_offload")
    devices = frozenset({"cuda"})
    needs = MappingProxyType({"diffusers": ">=0.35"})
    lossless = True
    searched = False
    gain = "memory for a few blocks instead of the pipeline; the stream hides most of the moving where steps are long; not measured here, for want of a GPU"
    sources = (
        "diffusers documentation, optimization/memory, group offloading",
        "diffusers 0.42.1, hooks/group_offloading.py, read and run with the CPU in the place of a GPU",
    )
    symptoms = (
        Symptom(
            pattern=r"num_blocks_per_group|[Ss]tream|pin_memory",
            sentence="the groups cannot be moved aside here; layers are moved one by one without a stream",
            params={"level": "leaf_level", "stream": False},
        ),
        Symptom(
            pattern=r"does not support group offloading",
            sentence="a part of this pipeline cannot be offloaded in groups; model offloading takes parts as a whole",
        ),
    )
    backfires = (
        "where everything fits on the GPU it only costs time",
        "without a stream every group is waited for",
        "with a stream the weights are kept in pinned memory, which the machine must have to spare",
        "diffusers has no way to take it off again; load the pipeline anew",
    )

    level: Literal["block_level", "leaf_level"] = Field(
        default="leaf_level", description="what moves together: a block, which is faster, or a layer, which takes least"
    )
    stream: bool = Field(default=True, description="move the next group while this one computes; faster, more memory")

    def change(self, situation: Situation, plan: Plan) -> Change:
        blocks = ", num_blocks_per_group=1" if self.level == "block_level" else ""
        given = f'offload_type="{self.level}"{blocks}, use_stream={self.stream}'
        device = f'onload_device=torch.device("{situation.device.kind}")'
        return Change(imports=(Import(module="torch"),), setup=(f"{{pipe}}.enable_group_offload({device}, {given})",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1.3 if self.stream else 3.0, rest=1.5)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.pipeline_class in _REFUSED:
            return f"diffusers refuses to offload the transformer of {situation.pipeline_class} in groups"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_offloaded(trace, "group")
