from typing import Literal

from pydantic import Field

from ..method import Effect, Method
from ..situation import Situation
from ..steps import denoiser_calls, run_of
from ..types import Change, Import, Plan, Trace

CLASSES = {
    "ddim": "DDIMScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "euler": "EulerDiscreteScheduler",
}
SAMPLERS_BY_CLASS = {c: name for name, c in CLASSES.items()}

# Quality loss and drift at 10 steps; both grow with the square of 10/steps (docs/zoo.md; Lu et al. 2022, table 1).
_AT_TEN = {"ddim": (0.030, 0.30), "dpmpp_2m": (0.020, 0.26), "unipc": (0.020, 0.28), "euler": (0.030, 0.30)}


def swap(scheduler: str, pipeline_class: str) -> str:
    """The statement that gives `{pipe}` another scheduler of the same diffusion.

    DDIM clips its guess of the picture unless told not to; PixArt's own configuration does not say, and clipped
    latents are ruined pictures.
    """
    more = ", clip_sample=False" if scheduler == "DDIMScheduler" and pipeline_class.startswith("PixArt") else ""
    return f"{{pipe}}.scheduler = {scheduler}.from_config({{pipe}}.scheduler.config{more})"


class Sampler(Method):
    """Solve the same diffusion equation in fewer denoiser calls, with a sampler that needs fewer.

    The scheduler is swapped by `from_config`, so betas and prediction type stay the model's own.
    """

    slug = "sampler"
    title = "Sampler and steps"
    kind = "sampler"
    fits = frozenset({"unet", "dit"})
    order = 0
    gain = (
        "about proportional to the steps cut; DPM-Solver++ 2M and UniPC are near-converged at 20 steps, DDIM at 25-50"
    )
    sources = (
        "DDIM: Song et al. 2021, arXiv 2010.02502",
        "DPM-Solver++: Lu et al. 2022, arXiv 2211.01095",
        "UniPC: Zhao et al. 2023, arXiv 2302.04867",
        "Euler: Karras et al. 2022, arXiv 2206.00364",
    )

    name: Literal["keep", "ddim", "dpmpp_2m", "unipc", "euler"] = Field(
        default="dpmpp_2m", description="which solver; `keep` changes only the number of steps"
    )
    steps: int = Field(default=20, ge=4, le=50, multiple_of=1, description="num_inference_steps; fewer is faster")

    def change(self, situation: Situation, plan: Plan) -> Change:
        calls = {"num_inference_steps": str(self.steps)}
        if self.name == "keep" or CLASSES[self.name] == situation.scheduler:
            return Change(call_keywords=calls)
        scheduler = CLASSES[self.name]
        return Change(
            imports=(Import(module="diffusers", name=scheduler),),
            scheduler=swap(scheduler, situation.pipeline_class),
            call_keywords=calls,
        )

    def effect(self, situation: Situation) -> Effect:
        kept = SAMPLERS_BY_CLASS.get(situation.scheduler or "", "ddim")
        loss, drift = _AT_TEN[self.name if self.name != "keep" else kept]
        damage = (10 / self.steps) ** 2
        return Effect(calls=self.steps / situation.steps, loss=loss * damage, drift=min(1.0, drift * damage**0.6))

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if self.steps > situation.steps:
            return f"sampler.steps={self.steps} is more than the script's own {situation.steps} steps"
        if self.name == "keep" and self.steps == situation.steps:
            return "sampler(name=keep) with the script's own steps changes nothing"
        if run_of(self.steps, situation.strength) < 1:
            return f"of {self.steps} steps none is left at strength {situation.strength}"
        if self.name == "euler" and situation.pipeline_class == "DiTPipeline":
            return "DiTPipeline begins with noise of unit size, which Euler needs scaled: the pictures would be empty"
        if any("timesteps" in c.keywords or "sigmas" in c.keywords for c in situation.pipeline.calls):
            return "the script passes its own timesteps or sigmas, which fix the number of steps"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        wanted = before.scheduler_class if self.name == "keep" else CLASSES[self.name]
        if trace.scheduler_class != wanted:
            return f"the live scheduler is {trace.scheduler_class}, not {wanted}"
        expected = denoiser_calls(trace.scheduler_class, self.steps, trace.strength)
        slack = 0
        if trace.part and before.requested_steps:
            expected, slack = round(before.denoiser_calls * self.steps / before.requested_steps), 1
        if abs(trace.denoiser_calls - expected) > slack:
            return f"{trace.denoiser_calls} denoiser calls were counted where {self.steps} steps need {expected}"
        return None
