from ..method import Effect, Method, Symptom
from ..offloading import not_offloaded, others
from ..situation import Situation
from ..types import Change, Plan, Trace


class ModelOffload(Method):
    """Keep only the part that is computing on the GPU: text encoder, denoiser and VAE take turns.

    A memory method. It costs the transfer of every part, once a picture.
    """

    slug = "model_offload"
    title = "Model offloading"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 85
    clashes = others("model_offload")
    package = "accelerate"
    devices = frozenset({"cuda"})
    lossless = True
    searched = False
    gain = "memory for the largest part instead of all; each picture waits for every part to be moved; not measured here, for want of a GPU"
    sources = (
        "diffusers documentation, optimization/memory, model offloading",
        "diffusers 0.42.1, pipeline_utils.py: hooks are taken off and put on again after every picture",
    )
    symptoms = (
        Symptom(
            pattern=r"requires accelerator, but not found|model_cpu_offload_seq|device mapping strategy",
            sentence="there is no GPU to offload from, or the pipeline is spread over devices already; it is left out",
        ),
    )
    backfires = (
        "where everything fits on the GPU it only costs time, every picture anew",
        "a pipeline that was moved to the GPU before has been there whole already: leave .to('cuda') out",
        "after every picture each part's own forward is put back, and with it goes what others had put there",
        "a part that is called between the steps, such as a ControlNet, stays on the GPU to the end",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.enable_model_cpu_offload()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("{pipe}.remove_all_hooks()", f'{{pipe}}.to("{situation.device.kind}")')

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=1.5)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return not_offloaded(trace, "model")
