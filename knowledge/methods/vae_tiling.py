from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace
from .vae_slicing import no_vae


class VaeTiling(Method):
    """Decode a large picture in tiles that overlap, so that memory does not grow with its size.

    A picture no larger than the VAE's own size is one tile, and nothing changes.
    """

    slug = "vae_tiling"
    title = "VAE tiling"
    kind = "vae"
    fits = frozenset({"unet", "dit"})
    order = 35
    searched = False
    gain = "the decoder's memory for one tile whatever the size; the overlap is computed twice, which takes time"
    sources = (
        "diffusers documentation, optimization/memory, tiled VAE",
        "diffusers 0.42.1, models/autoencoders/autoencoder_kl.py: a tile is the VAE's sample_size, a quarter overlaps",
    )
    backfires = (
        "a picture up to the VAE's own size (512 or 1024 pixels) is one tile: it does nothing, and nobody says so",
        "tiles are normalised each by itself, so colours can differ between them and edges can show",
        "where memory is not short, it only costs time",
        "pipe.enable_vae_tiling() raises AttributeError since diffusers 0.42; call it on pipe.vae",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.vae.enable_tiling()",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("{pipe}.vae.disable_tiling()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=1.3, loss=0.002, drift=0.03)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        return no_vae(situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if not trace.vae_tiling:
            return "the VAE decodes each picture whole"
        if trace.vae_passes is not None and trace.vae_passes <= trace.vae_decodes:
            return "the picture is no larger than one tile, so it is decoded whole as before"
        return None
