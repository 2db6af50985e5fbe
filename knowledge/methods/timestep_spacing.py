from typing import Literal

from pydantic import Field

from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..types import Change, Plan, Trace

_UNSPACED = frozenset({"DDPMWuerstchenScheduler"})
"""schedulers whose steps cannot be spaced otherwise"""


class TimestepSpacing(Method):
    """Lay the steps out in another way: `trailing` begins at pure noise and ends before the last, tiny one.

    It makes nothing faster by itself. With few steps it decides where they go, and so how few are enough.
    """

    slug = "timestep_spacing"
    title = "Timestep spacing"
    kind = "sampler"
    fits = frozenset({"unet", "dit"})
    order = 2
    clashes = frozenset({"few_step_lora"})
    gain = "no speed of its own; below about 10 steps trailing spacing keeps more of the picture than leading does"
    sources = (
        "Lin et al. 2023, arXiv 2305.08891, section 3.3",
        "diffusers documentation, using-diffusers/schedulers, timestep spacing",
    )
    symptoms = (
        Symptom(
            pattern=r"timestep_spacing|is not supported\. Please make sure to choose one of",
            sentence="this sampler does not know that spacing; its own is kept",
        ),
    )
    backfires = (
        "with 25 steps and more the three spacings draw nearly the same picture, and a change of it is only drift",
        "trailing on a model whose noise schedule does not end in pure noise begins where the model was not trained",
        "a sampler that is given Karras, exponential or beta sigmas takes its steps from those",
    )

    spacing: Literal["trailing", "leading", "linspace"] = Field(
        default="trailing",
        description="where the steps go: trailing at the noisy end, leading at the clean end, linspace at both",
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        scheduler = "{pipe}.scheduler"
        return Change(
            setup=(
                f"{{pipe}}.usual_spacing = {scheduler}.config.timestep_spacing",
                f'{scheduler}.register_to_config(timestep_spacing="{self.spacing}")',
            )
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        return ('{pipe}.scheduler.register_to_config(timestep_spacing={pipe}.__dict__.pop("usual_spacing"))',)

    def effect(self, situation: Situation) -> Effect:
        return Effect(drift=min(0.3, 2 / situation.steps))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if situation.flow:
            return f"{situation.pipeline_class} was trained by flow matching, whose steps are spaced by a shift"
        if situation.scheduler in _UNSPACED:
            return f"{situation.scheduler} runs from 1 to 0 evenly, and has no timestep_spacing"
        if any({"timesteps", "sigmas"} & set(c.keywords) for c in situation.pipeline.calls):
            return "the script passes its own timesteps or sigmas"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.timestep_spacing != self.spacing:
            return f"the live scheduler is spaced {trace.timestep_spacing}, not {self.spacing}"
        return None
