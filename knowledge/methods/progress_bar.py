from ..method import Effect, Method
from ..situation import Situation
from ..types import Change, Plan, Trace


class ProgressBar(Method):
    """Do not draw a progress bar on the terminal for every picture."""

    slug = "progress_bar"
    title = "Progress bar off"
    kind = "pipeline"
    fits = frozenset({"unet", "dit"})
    order = 95
    lossless = True
    searched = False
    gain = "next to nothing with steps of tenths of a second; quiet logs; not measured, since the judge shows no bar"
    sources = ("diffusers documentation, set_progress_bar_config",)
    backfires = ("options of the bar that the script had set are gone with it",)

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(setup=("{pipe}.set_progress_bar_config(disable=True)",))

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ("{pipe}.set_progress_bar_config()",)

    def effect(self, situation: Situation) -> Effect:
        return Effect()

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return "the pipeline still shows its progress bar" if trace.progress_bar else None
