from ..method import Effect, Method
from ..quantised import QUANTISERS
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class ChannelsLast(Method):
    """Lay the denoiser's convolutions out channels-last, the layout that convolution kernels prefer."""

    slug = "channels_last"
    title = "Channels-last memory layout"
    kind = "layout"
    fits = frozenset({"unet"})
    order = 30
    clashes = QUANTISERS | {"sequential_offload"}
    lossless = True
    gain = "1.0-1.1x, best with half precision on tensor cores; no effect on transformers"
    backfires = (
        "in float32 there is hardly a gain, and on a CPU it depends on the size of the layers",
        "weights that come to the device piece by piece (sequential offloading) lose the layout on the way",
    )
    sources = ("PyTorch documentation, Channels Last Memory Format",)

    def change(self, situation: Situation, plan: Plan) -> Change:
        statement = f"{{pipe}}.{situation.denoiser}.to(memory_format=torch.channels_last)"
        return Change(imports=(Import(module="torch"),), setup=(statement,))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return (f"{{pipe}}.{situation.denoiser}.to(memory_format=torch.contiguous_format)",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.98)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.channels_last else "the denoiser's convolutions are not channels-last"
