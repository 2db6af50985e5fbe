from ..borrowed import family_of
from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace


class Watermark(Method):
    """Do not write SDXL's invisible watermark into every picture.

    It is there so that pictures can be told from photographs; some licences and laws ask for it. Nobody takes it out
    but the person.
    """

    slug = "watermark"
    title = "SDXL's watermark off"
    kind = "pipeline"
    fits = frozenset({"unet"})
    order = 6
    package = "invisible-watermark"
    searched = False
    gain = "the time of a wavelet transform on the CPU for every picture; only where the package invisible-watermark is installed"
    sources = (
        "diffusers 0.42.1, pipelines/stable_diffusion_xl/watermark.py",
        "diffusers documentation, api/pipelines/stable_diffusion/stable_diffusion_xl",
    )
    backfires = (
        "pictures can no longer be told for machine-made by it, which your licence or law may ask for",
        "without invisible-watermark installed there is none, and nothing to gain",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.usual_watermark = {pipe}.watermark", "{pipe}.watermark = None"))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ('{pipe}.watermark = {pipe}.__dict__.pop("usual_watermark")',)

    def effect(self, situation: Situation) -> Effect:
        return Effect(rest=0.98, drift=0.01)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if "XL" not in situation.pipeline_class or not family_of(situation):
            return f"{situation.pipeline_class} writes no watermark; SDXL's pipelines do"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return "every picture is still marked" if trace.watermark else None
