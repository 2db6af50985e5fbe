from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..adapters import MERGE_TOKENS
from ..caching import CACHES, TRIED
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace

_UNKNOWN_BLOCK = frozenset({"PixArtAlphaPipeline", "PixArtSigmaPipeline"})
"""whose blocks tomesd takes for others, and fails at the first step"""


def _others(situation: Situation) -> bool:
    """Is it made of other blocks? Transformers mostly are; Kandinsky's U-Net attends outside of any block."""
    transformer = situation.backbone == "dit" and situation.pipeline_class not in TRIED
    return transformer or situation.pipeline_class.startswith("Kandinsky")


class ToMe(Method):
    """Merge similar tokens before self-attention and unmerge them after it.

    `use_rand=False` is set because the library's default draws from a generator that lives across calls, so the
    same seed would give two different pictures. The library's block does not know PixArt's normalisation; there an
    adapter of ours merges around self-attention only.
    """

    slug = "tome"
    title = "ToMe, token merging"
    kind = "tokens"
    draws = True
    fits = frozenset({"unet", "dit"})
    order = 40
    clashes = CACHES | {"compile", "layer_skip"}
    package = "tomesd"
    needs = MappingProxyType({"tomesd": ">=0.1.3,<0.2"})
    gain = (
        "grows with the square of the resolution: little at 512 px, 1.2-1.6x at 1024 px on a GPU; none on small latents"
    )
    sources = ("Bolya & Hoffman 2023, arXiv 2303.17604", "tomesd 0.1.3")
    symptoms = (
        Symptom(pattern=r"ToMeBlock|tomesd", sentence="token merging does not know this block; it is left out"),
    )

    backfires = (
        "matching tokens costs more than it saves where attention is short: on CPUs and at 512 px it is a loss",
        "fine patterns and small faces blur first, as their tokens are alike",
        "max_downsample=1 merges nothing in models without attention at full latent size (SDXL, DiT), in silence",
    )

    ratio: float = Field(
        default=0.5,
        ge=0.1,
        le=0.7,
        multiple_of=0.1,
        description="share of tokens merged; more is faster on long sequences, and coarser",
    )
    max_downsample: Literal[1, 2, 4] = Field(
        default=1,
        description="deepest UNet level that is merged, as a factor of the latent size; transformers have one level",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        if situation.pipeline_class in _UNKNOWN_BLOCK:
            return self._around_attention(situation)
        arguments = f"ratio={self.ratio}, max_downsample={self.max_downsample}, use_rand=False"
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        return Change(imports=(Import(module="tomesd"),), setup=(f"tomesd.apply_patch({owner}, {arguments})",))

    def _around_attention(self, situation: Situation) -> Change:
        settings = f"ratio={self.ratio}, max_downsample={self.max_downsample}"
        return Change(
            imports=(Import(module="tomesd.patch", name="compute_merge"),),
            definitions=(MERGE_TOKENS,),
            setup=(f"merge_tokens({{pipe}}.{situation.denoiser}, {settings})",),
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        if situation.pipeline_class in _UNKNOWN_BLOCK:
            return (f"unmerge_tokens({{pipe}}.{situation.denoiser})",)
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        return (f"tomesd.remove_patch({owner})",)

    def effect(self, situation: Situation) -> Effect:
        if situation.device.kind == "cpu":
            return Effect(per_call=1.04, loss=0.02 * self.ratio, drift=0.2 * self.ratio)
        return Effect(per_call=1 - 0.25 * self.ratio, loss=0.02 * self.ratio, drift=0.2 * self.ratio)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        name, facts = situation.pipeline_class, situation.facts
        if "BasicTransformerBlock" not in facts.block_classes if facts else _others(situation):
            return f"{name}'s denoiser has no blocks that tomesd knows: nothing would be merged"
        if self.max_downsample < 2 and name.startswith("StableDiffusionXL"):
            return "SDXL has no attention at full latent size: max_downsample=1 would merge nothing"
        if self.max_downsample < 2 and name == "DiTPipeline":
            return "DiT attends to patches of 2x2 latents: max_downsample=1 would merge nothing"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.compiled or not before.self_attention_tokens:
            return None
        if trace.self_attention_tokens == before.self_attention_tokens:
            return (
                f"self-attention saw the same {max(before.self_attention_tokens)} tokens as before: nothing was merged"
            )
        return None
