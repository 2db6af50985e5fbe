from typing import Literal

from pydantic import Field

from ..caching import HOOKS, SOURCE, TRIED, attention_rate, forgotten, kept, never_reused, others, untold
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import run_of, steps_of
from ..types import Change, Plan, Trace

_WHOLE_STEPS = 3
"""computed in full before anything is predicted"""
_EVERY_ATTENTION = r'[r".*transformer_blocks.*attn\d$"]'
_ALL_BLOCKS = r'[r"transformer_blocks\.\d+"]'


class TaylorSeer(Method):
    """Compute features every few steps and predict them in between with a Taylor series.

    The library's default names match no layer of these denoisers and would do nothing in silence, so the layers are
    named. Its lite mode is not used: it caches `proj_out`, which DiT has not, and would predict from zeros.
    """

    slug = "taylorseer"
    title = "TaylorSeer"
    kind = "cache"
    fits = frozenset({"unet", "dit"})
    order = 45
    clashes = others("taylorseer") | {"guidance_cutoff", "guidance_interval"}
    needs = HOOKS
    gain = "1.2-1.6x in operations at interval 3 on attention, 1.5-2.5x on whole blocks; textures smear as the interval grows"
    sources = ("Liu et al. 2025, arXiv 2503.06923", SOURCE)
    symptoms = (
        Symptom(
            pattern=r"'tuple' object has no attribute 'dtype'",
            sentence="whole blocks of a U-Net return several tensors; only attention is predicted",
            params={"scope": "attention"},
        ),
        Symptom(
            pattern=r"taylor|Cannot predict without prior",
            sentence="the features of two steps do not fit together; TaylorSeer is left out",
        ),
    )
    backfires = (
        "the first three steps are computed in full, so below about 8 steps there is little left to save",
        "it keeps two tensors a layer for the whole run: memory grows with batch and resolution",
        "order 2 overshoots where steps are far apart: at 10 steps its pictures were further off than order 1's",
    )

    interval: int = Field(
        default=3,
        ge=2,
        le=6,
        multiple_of=1,
        description="steps from one full pass to the next; more is faster and coarser",
    )
    order_of_series: int = Field(
        default=1,
        ge=1,
        le=2,
        multiple_of=1,
        description="terms behind the constant one; 2 follows curves, and overshoots",
    )
    scope: Literal["attention", "whole"] = Field(
        default="attention",
        description="predict attention layers, or the last projection with all blocks skipped (faster)",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        settings: dict[str, object] = {
            "cache_interval": self.interval,
            "max_order": self.order_of_series,
            "disable_cache_before_step": _WHOLE_STEPS,
            "taylor_factors_dtype": "{pipe}.dtype",
        }
        if situation.pipeline_class not in TRIED and situation.backbone != "unet":
            settings |= {"use_lite_mode": True} if self.scope == "whole" else {}  # the library's own names fit
        elif self.scope == "whole":
            last = "proj_out_2" if situation.pipeline_class == "DiTPipeline" else "proj_out"
            settings |= {"cache_identifiers": f'["{last}"]', "skip_predict_identifiers": _ALL_BLOCKS}
        else:
            settings["cache_identifiers"] = _EVERY_ATTENTION
        return kept(situation, "TaylorSeerCacheConfig", settings)

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return forgotten(situation)

    def effect(self, situation: Situation) -> Effect:
        full = min(1.0, self.computed(situation.steps) / max(1, situation.steps))
        reused = 1 - full
        share = 0.95 if self.scope == "whole" else 0.45
        coarse = 0.1 * (self.interval - 1) * self.order_of_series * (1.5 if self.scope == "whole" else 1.0)
        return Effect(per_call=1 - share * reused, loss=0.1 * coarse * reused, drift=min(1.0, coarse))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if self.scope == "whole" and situation.backbone == "unet":
            return "TaylorSeer cannot predict a U-Net's whole blocks, which return several tensors; use scope=attention"
        if reason := untold(situation):
            return reason
        steps = run_of(steps_of(plan, situation), situation.strength)
        if self.computed(steps) >= steps:
            return f"TaylorSeer computes the first {_WHOLE_STEPS} steps in full: of {steps} none is left to predict"
        return None

    def computed(self, calls: int) -> int:
        """How many of the denoiser calls are full passes."""
        return sum(n < _WHOLE_STEPS or (n - _WHOLE_STEPS - 1) % self.interval == 0 for n in range(calls))

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if reason := never_reused(trace, before):
            return reason
        was, now = attention_rate(before), attention_rate(trace)
        expected = self.computed(trace.denoiser_calls)
        if was and now and not trace.compiled and now * trace.denoiser_calls < was * (expected - 1):
            ran = round(now * trace.denoiser_calls / was)
            return f"{ran} full passes ran where interval {self.interval} needs {expected}: features went stale"
        return None
