from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace


class VaeSlicing(Method):
    """Decode the pictures of one call one after the other, so that memory does not grow with their number.

    On the VAE itself: `pipe.enable_vae_slicing()` is gone from diffusers.
    """

    slug = "vae_slicing"
    title = "VAE slicing"
    kind = "vae"
    fits = frozenset({"unet", "dit"})
    order = 35
    lossless = True
    searched = False
    gain = "the decoder's memory for one picture instead of all; no speed, and nothing at all for one picture a call"
    sources = (
        "diffusers documentation, optimization/memory, sliced VAE",
        "diffusers 0.42.1: on the pipeline the call is gone, on the VAE it runs",
    )
    backfires = (
        "one picture a call has nothing to slice: it does nothing",
        "where memory is not short, decoding together is as fast or faster",
        "pipe.enable_vae_slicing() raises AttributeError since diffusers 0.42; call it on pipe.vae",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.vae.enable_slicing()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("{pipe}.vae.disable_slicing()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=1.02 if situation.images_per_call > 1 else 1.0)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        return no_vae(situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return None if trace.vae_slicing else "the VAE decodes all pictures together"


def no_vae(situation: Situation) -> str | None:
    """Why there is no VAE to be set up; None where there is one, or nobody looked."""
    if situation.facts is None or situation.facts.decoder == "vae":
        return None
    return f"{situation.pipeline_class} has no vae: it decodes with {situation.facts.decoder or 'nothing'}"
