from pydantic import Field

from ..caching import HOOKS, SOURCE, forgotten, kept, never_reused, others, untried
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace


class FasterCache(Method):
    """Reuse self-attention in the later steps, and guess the unconditional half of guidance from the conditional one.

    The library's default format is that of videos and must be changed for pictures. What it halves are tensors handed
    over by name, so it works where a pipeline passes nothing else that has both halves.
    """

    slug = "faster_cache"
    title = "FasterCache"
    kind = "cache"
    fits = frozenset({"unet", "dit"})
    order = 45
    clashes = others("faster_cache") | {"guidance_cutoff", "guidance_interval"}
    needs = HOOKS
    gain = "1.5x in operations on PixArt; made for videos, and its guess of the unconditional half shows in fine detail"
    sources = ("Lv et al. 2024, arXiv 2410.19355", SOURCE)
    symptoms = (
        Symptom(
            pattern=r"chunk expects at least|size of tensor a .* must match the size of tensor b|assert t_output",
            sentence="FasterCache cannot halve what this pipeline hands its denoiser; it is left out",
        ),
    )
    backfires = (
        "it begins at timestep 681: with few steps little is left behind it",
        "guidance_rescale and strong guidance amplify the error of the guessed half",
    )

    unguided_every: int = Field(
        default=3,
        ge=2,
        le=6,
        multiple_of=1,
        description="the unconditional half is computed every n steps; more is faster",
    )
    attention_every: int = Field(
        default=2,
        ge=2,
        le=4,
        multiple_of=1,
        description="self-attention is computed every n steps; more is faster and coarser",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        settings = {
            "unconditional_batch_skip_range": self.unguided_every,
            "spatial_attention_block_skip_range": self.attention_every,
            "attention_weight_callback": "lambda _: 0.5",
            "tensor_format": '"BCHW"',
        }
        return kept(situation, "FasterCacheConfig", settings)

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return forgotten(situation)

    def effect(self, situation: Situation) -> Effect:
        halved = 0.6 * (1 - 1 / self.unguided_every) * 0.5
        reused = 0.6 * (1 - 1 / self.attention_every) * 0.2
        return Effect(per_call=1 - halved - reused, loss=0.05 * halved, drift=min(1.0, 0.4 * halved + 0.3 * reused))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        name = situation.pipeline_class
        if situation.backbone == "unet":
            return f"{name} hands its U-Net the timestep as a bare number, which FasterCache cannot halve"
        if name == "DiTPipeline":
            return "DiT puts the conditional half first, and FasterCache would take the other one for it"
        if name == "PixArtAlphaPipeline":
            return "PixArt-alpha's 1024 px checkpoint takes picture sizes for both halves, which FasterCache does not halve"
        if situation.guidance_scale <= 1:
            return "guidance is off (guidance_scale <= 1): there is no unconditional half to guess"
        if any("offload" in s for s in (*situation.pipeline.applied, *(s.method for s in plan.steps))):
            return "offloading puts the transformer's forward back after every picture, and FasterCache's halving goes with it"
        return untried(situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)
