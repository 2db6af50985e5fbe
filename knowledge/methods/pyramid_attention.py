from pydantic import Field

from ..caching import HOOKS, SOURCE, forgotten, kept, never_reused, others, untried
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import run_of, steps_of
from ..types import Change, Plan, Trace

_WINDOW = (100, 800)
"""timesteps between which attention is reused"""


class PyramidAttention(Method):
    """Reuse attention outputs for some steps in the middle of the run: cross-attention longest, self-attention less.

    The library asks for the current timestep, which these pipelines do not tell, and never forgets a U-Net's features
    between two pictures, so image-to-image would begin from the last picture's; an adapter of ours does both.
    """

    slug = "pyramid_attention"
    title = "Pyramid Attention Broadcast"
    kind = "cache"
    fits = frozenset({"unet", "dit"})
    order = 45
    clashes = others("pyramid_attention") | {"guidance_cutoff", "guidance_interval"}
    needs = HOOKS
    gain = "1.15-1.5x in operations at 2 and 3, more where attention dominates; details wander as the ranges grow"
    sources = ("Zhao et al. 2024, arXiv 2408.12588", SOURCE)
    symptoms = (
        Symptom(
            pattern=r"current_timestep_callback|size of tensor a .* must match the size of tensor b",
            sentence="kept attention does not fit this step's batch; Pyramid Attention Broadcast is left out",
        ),
    )
    backfires = (
        "with few steps, or a low strength, hardly a step falls between the timesteps 100 and 800: nothing is saved",
        "every attention output is kept from step to step: memory grows with batch and resolution",
        "it pays where attention dominates; U-Nets at 512 px spend most of their time in convolutions",
    )

    self_every: int = Field(
        default=2,
        ge=2,
        le=4,
        multiple_of=1,
        description="self-attention is computed every n steps; more is faster and coarser",
    )
    cross_every: int = Field(
        default=3, ge=2, le=6, multiple_of=1, description="cross-attention is computed every n steps; DiT has none"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        settings = {
            "spatial_attention_block_skip_range": self.self_every,
            "cross_attention_block_skip_range": self.cross_every,
            "spatial_attention_timestep_skip_range": _WINDOW,
            "cross_attention_timestep_skip_range": _WINDOW,
        }
        return kept(situation, "PyramidAttentionBroadcastConfig", settings)

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return forgotten(situation)

    def effect(self, situation: Situation) -> Effect:
        skipped = (1 - 1 / self.self_every) * 0.2 + (1 - 1 / self.cross_every) * 0.1
        return Effect(per_call=1 - skipped, loss=0.03 * skipped, drift=min(1.0, 0.6 * skipped))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if reason := untried(situation):
            return reason
        steps = steps_of(plan, situation)
        low, high = (bound / 1000 for bound in _WINDOW)
        begin = run_of(steps, situation.strength) / steps
        if steps * (min(begin, high) - low) < 2:
            return "fewer than two steps fall between the timesteps 100 and 800: there is nothing to reuse"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        return never_reused(trace, before)
