from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Import, Plan, Trace


class ToMe(Method):
    """Merge similar tokens before self-attention and unmerge them after it.

    `use_rand=False` is set because the library's default draws from a generator that lives across calls, so the
    same seed would give two different pictures.
    """

    slug = "tome"
    title = "ToMe, token merging"
    kind = "tokens"
    fits = frozenset({"unet", "dit"})
    order = 40
    clashes = frozenset({"compile"})
    package = "tomesd"
    gain = (
        "grows with the square of the resolution: little at 512 px, 1.2-1.6x at 1024 px on a GPU; none on small latents"
    )
    sources = ("Bolya & Hoffman 2023, arXiv 2303.17604", "tomesd 0.1.3")
    symptoms = (
        Symptom(pattern=r"ToMeBlock|tomesd", sentence="token merging does not know this block; it is left out"),
    )

    ratio: float = Field(default=0.5, ge=0.1, le=0.7, multiple_of=0.1, description="share of tokens merged")
    max_downsample: Literal[1, 2, 4] = Field(
        default=1, description="deepest UNet level that is merged, as a factor of the latent size"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        arguments = f"ratio={self.ratio}, max_downsample={self.max_downsample}, use_rand=False"
        owner = "{pipe}" if situation.backbone == "unet" else f"{{pipe}}.{situation.denoiser}"
        return Change(imports=(Import(module="tomesd"),), setup=(f"tomesd.apply_patch({owner}, {arguments})",))

    def effect(self, situation: Situation) -> Effect:
        if situation.device.kind == "cpu":
            return Effect(per_call=1.04, loss=0.02 * self.ratio, drift=0.2 * self.ratio)
        return Effect(per_call=1 - 0.25 * self.ratio, loss=0.02 * self.ratio, drift=0.2 * self.ratio)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        name = situation.pipeline_class
        if name.startswith("PixArt"):
            return "tomesd's block does not know PixArt's normalisation and fails at the first step"
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
