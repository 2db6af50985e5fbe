from ..method import Effect, Method, Symptom
from ..offloading import not_offloaded, others
from ..situation import Situation
from ..types import Change, Plan, Trace


class SequentialOffload(Method):
    """Keep only the layer that is computing on the GPU.

    The least memory of all, and by far the slowest: every layer's weights travel at every denoiser call.
    """

    slug = "sequential_offload"
    title = "Sequential offloading"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 85
    clashes = others("sequential_offload") | {
        *("compile", "channels_last", "layerwise_casting", "torchao", "quanto", "bitsandbytes")
    }
    package = "accelerate"
    devices = frozenset({"cuda"})
    lossless = True
    searched = False
    gain = "memory for one layer instead of the pipeline, at the price of moving all weights at every step; not measured here, for want of a GPU"
    sources = (
        "diffusers documentation, optimization/memory, CPU offloading",
        "diffusers 0.42.1, pipeline_utils.py and accelerate 1.15.0, hooks.py, read; with a CPU in the place of a GPU it fails",
    )
    symptoms = (
        Symptom(
            pattern=r"requires accelerator, but not found|meta tensor|Cannot copy out of meta",
            sentence="something looks for weights that are elsewhere in the meantime; it is left out",
        ),
    )
    backfires = (
        "every denoiser call waits for all weights to be moved: use model or group offloading where they fit",
        "neither compiling nor another memory layout holds, since weights come and go",
        "a pipeline that was moved to the GPU before has been there whole already: leave .to('cuda') out",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.enable_sequential_cpu_offload()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("{pipe}.remove_all_hooks()", f'{{pipe}}.to("{situation.device.kind}")')

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=8.0, rest=3.0)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_offloaded(trace, "sequential")
