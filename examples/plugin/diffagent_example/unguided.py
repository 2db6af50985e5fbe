"""The method: one file, the same class as DiffAgent's own methods."""

from diffagent_mcp.knowledge.method import Effect, Method
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Change, Plan, Trace


class Unguided(Method):
    """Leave classifier-free guidance out: half the batch in every step.

    For checkpoints that were trained or distilled to do without; others follow their prompt much less.
    """

    slug = "unguided"
    title = "No guidance"
    kind = "guidance"
    fits = frozenset({"unet", "dit"})
    order = 75
    clashes = frozenset({"guidance_cutoff", "guidance_interval", "tgate", "faster_cache", "layer_skip"})
    explains = frozenset({"batch", "guidance"})
    gain = "up to 2x; the prompt is followed much less where the checkpoint was not made for it"
    sources = ("Ho and Salimans 2022, arXiv 2207.12598 (what is left out)",)
    backfires = ("a checkpoint that needs guidance draws something else",)

    def change(self, situation: Situation, plan: Plan) -> Change:
        return Change(call_keywords={"guidance_scale": "1.0"})

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ()

    def effect(self, situation: Situation) -> Effect:
        return Effect(per_call=0.6, loss=0.05, drift=0.3)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        return "the call is not guided as it is" if situation.guidance_scale <= 1 else None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if max(map(int, trace.batch_sizes), default=0) < max(map(int, before.batch_sizes), default=0):
            return None
        return "the denoiser's batch is as large as with guidance"
