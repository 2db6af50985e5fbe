from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class LayerwiseCasting(Method):
    """Keep the denoiser's weights in 8 bits and turn each layer back for the moment in which it is computed.

    It saves memory and not time. Norms, patch and position embeddings stay as they are.
    """

    slug = "layerwise_casting"
    title = "Layerwise casting"
    kind = "memory"
    fits = frozenset({"unet", "dit"})
    order = 15
    clashes = frozenset({"torchao", "quanto", "bitsandbytes", "few_step_lora", "sequential_offload"})
    searched = False
    gain = "a quarter of float32's memory for the denoiser's weights, half of float16's; every call takes longer by two casts a layer"
    sources = (
        "diffusers documentation, optimization/memory, layerwise casting",
        "diffusers 0.42.1, hooks/layerwise_casting.py, read and run",
    )
    symptoms = (
        Symptom(
            pattern=r"Float8_e[45]m[23](fn)?|float8_e[45]m[23]",
            sentence="this device or PyTorch cannot cast to 8 bits; it is left out",
        ),
    )
    backfires = (
        "where the weights fit anyway it only costs time",
        "it cannot be taken away: diffusers refuses, since the weights have lost their digits",
        "the weights' type reads float8 from then on: code that asks the first parameter for the type to compute in is misled",
    )

    storage: Literal["float8_e4m3fn", "float8_e5m2"] = Field(
        default="float8_e4m3fn", description="e4m3 has more digits and is finer, e5m2 has more range"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        denoiser = f"{{pipe}}.{situation.denoiser}"
        cast = f"storage_dtype=torch.{self.storage}, compute_dtype={denoiser}.dtype"
        return Change(imports=(Import(module="torch"),), setup=(f"{denoiser}.enable_layerwise_casting({cast})",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return None

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=1.15, loss=0.003, drift=0.06)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        # Both project pictures in front of the U-Net, in the type that its first weight reads (models/embeddings.py).
        adapted = any(h.slug == "own_attention" and "IP-Adapter" in h.sentence for h in situation.pipeline.hazards)
        if adapted or situation.pipeline_class.startswith("Kandinsky"):
            what = "an IP-Adapter" if adapted else situation.pipeline_class
            return f"{what} projects pictures in the type of the denoiser's first weight, which reads float8 then"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if not trace.weights.get(self.storage):
            return f"no layer of the denoiser keeps its weights in {self.storage}"
        return None
