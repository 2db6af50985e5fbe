from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from ..flow import foreign_sampler
from ..method import Effect, Method, Symptom
from ..situation import Situation
from ..steps import calls_a_step, denoiser_calls, run_of
from ..types import Change, Import, Plan, Scalar, Trace

CLASSES = {
    "ddim": "DDIMScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "unipc": "UniPCMultistepScheduler",
    "euler": "EulerDiscreteScheduler",
    "deis": "DEISMultistepScheduler",
    "dpmpp_2m_karras": "DPMSolverMultistepScheduler",
    "dpmpp_2m_sde": "DPMSolverMultistepScheduler",
}
_SETTINGS: Mapping[str, Mapping[str, Scalar]] = {
    "dpmpp_2m_karras": {"use_karras_sigmas": True},
    "dpmpp_2m_sde": {"algorithm_type": "sde-dpmsolver++"},
}
"""what a sampler has beyond its class"""
_USUAL: Mapping[str, Scalar] = {"use_karras_sigmas": False, "algorithm_type": "dpmsolver++"}
SAMPLERS_BY_CLASS = {c: name for name, c in CLASSES.items() if name not in _SETTINGS}

# Quality loss and drift at 10 steps; both grow with the square of 10/steps (docs/zoo.md; Lu et al. 2022, table 1).
_AT_TEN = {
    "ddim": (0.030, 0.30),
    "dpmpp_2m": (0.020, 0.26),
    "unipc": (0.020, 0.28),
    "euler": (0.030, 0.30),
    # Guessed from their nearest relative, until they are measured; the stochastic one draws another picture.
    "deis": (0.020, 0.28),
    "dpmpp_2m_karras": (0.020, 0.28),
    "dpmpp_2m_sde": (0.030, 0.60),
}


def swap(scheduler: str, pipeline_class: str, settings: Mapping[str, Scalar] = MappingProxyType({})) -> str:
    """The statement that gives `{pipe}` another scheduler of the same diffusion.

    DDIM clips its guess of the picture unless told not to; PixArt's own configuration does not say, and clipped
    latents are ruined pictures.
    """
    more = ", clip_sample=False" if scheduler == "DDIMScheduler" and pipeline_class.startswith("PixArt") else ""
    more += "".join(f", {name}={value!r}" for name, value in settings.items()).replace("'", '"')
    return f"{{pipe}}.scheduler = {scheduler}.from_config({{pipe}}.scheduler.config{more})"


def swap_back(situation: Situation, settings: Mapping[str, Scalar] = MappingProxyType({})) -> tuple[str, ...] | None:
    """Statements that give the pipeline its own class of scheduler again; None where that is not known.

    A configuration remembers what it was made from, so the way back finds the first one's settings. It also carries
    `settings` on into every class that knows them, so they are taken back by name.
    """
    if situation.scheduler is None:
        return None
    more = "".join(f", {name}={_USUAL[name]!r}" for name in settings).replace("'", '"')
    made = f"diffusers.{situation.scheduler}.from_config({{pipe}}.scheduler.config{more})"
    return ("import diffusers", f"{{pipe}}.scheduler = {made}")


class Sampler(Method):
    """Solve the same diffusion equation in fewer denoiser calls, with a sampler that needs fewer.

    The scheduler is swapped by `from_config`, so betas and prediction type stay the model's own.
    """

    slug = "sampler"
    title = "Sampler and steps"
    kind = "sampler"
    fits = frozenset({"unet", "dit"})
    order = 0
    clashes = frozenset({"few_step_lora"})
    explains = frozenset({"calls"})
    gain = (
        "about proportional to the steps cut; DPM-Solver++ 2M and UniPC are near-converged at 20 steps, DDIM at 25-50"
    )
    sources = (
        "DDIM: Song et al. 2021, arXiv 2010.02502",
        "DPM-Solver++: Lu et al. 2022, arXiv 2211.01095",
        "UniPC: Zhao et al. 2023, arXiv 2302.04867",
        "Euler and Karras sigmas: Karras et al. 2022, arXiv 2206.00364",
        "DEIS: Zhang and Chen 2022, arXiv 2204.13902",
        "diffusers 0.42.1, its schedulers and pipelines read and run",
    )
    symptoms = (
        Symptom(
            pattern=r"could not be broadcast together with shapes|tuple index out of range",
            sentence="PNDM and PixArt-alpha do not run a single step; two or more are needed",
            params={"steps": 4},
        ),
        Symptom(
            pattern=r"Only one of `config\.use_beta_sigmas`|scipy|torchsde",
            sentence="this sampler needs a library that is not there, or its settings exclude each other; DPM-Solver++ needs none",
            params={"name": "dpmpp_2m"},
        ),
        Symptom(
            pattern=r"FlowMatch|init_noise_sigma|scale_model_input",
            sentence="samplers of flow matching and of diffusion do not fit each other; only the steps are changed",
            params={"name": "keep"},
        ),
    )
    backfires = (
        "below about 8 steps every sampler loses detail, and a distilled checkpoint is the better way",
        "Heun and KDPM2 call the denoiser twice a step: compare denoiser calls, not steps",
        "a stochastic sampler (dpmpp_2m_sde) draws another picture than the one before, so drift is large at any speed",
        "DiT hands its sampler no generator: with a stochastic one the same seed gives another picture each time",
        "LCM and TCD run without a distilled LoRA, and draw mush",
    )

    name: Literal["keep", "ddim", "dpmpp_2m", "unipc", "euler", "deis", "dpmpp_2m_karras", "dpmpp_2m_sde"] = Field(
        default="dpmpp_2m",
        description="which solver; `keep` changes only the number of steps, karras puts more of them at the clean end, "
        "sde adds noise on the way",
    )
    steps: int = Field(default=20, ge=4, le=50, multiple_of=1, description="num_inference_steps; fewer is faster")

    def change(self, situation: Situation, plan: Plan) -> Change:
        calls = {"num_inference_steps": str(self.steps)}
        settings = _SETTINGS.get(self.name, {})
        if self.name == "keep" or (CLASSES[self.name] == situation.scheduler and not settings):
            return Change(call_keywords=calls)
        scheduler = CLASSES[self.name]
        return Change(
            imports=(Import(module="diffusers", name=scheduler),),
            scheduler=swap(scheduler, situation.pipeline_class, settings),
            call_keywords=calls,
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        settings = _SETTINGS.get(self.name, {})
        if self.name == "keep" or (CLASSES[self.name] == situation.scheduler and not settings):
            return ()
        return swap_back(situation, settings)

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
        if self.name != "keep" and (reason := foreign_sampler(CLASSES[self.name], situation)) is not None:
            return reason
        if self.name == "euler" and situation.pipeline_class == "DiTPipeline":
            return "DiTPipeline begins with noise of unit size, which Euler needs scaled: the pictures would be empty"
        if self.name in _SETTINGS and situation.flow:
            return f"{situation.pipeline_class} was trained by flow matching, which {self.name} is not made for"
        if self.name == "dpmpp_2m_sde" and situation.pipeline_class == "DiTPipeline":
            return "DiTPipeline hands its sampler no generator: a stochastic one draws another picture each time"
        if any("timesteps" in c.keywords or "sigmas" in c.keywords for c in situation.pipeline.calls):
            return "the script passes its own timesteps or sigmas, which fix the number of steps"
        return None

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        wanted = before.scheduler_class if self.name == "keep" else CLASSES[self.name]
        if trace.scheduler_class != wanted:
            return f"the live scheduler is {trace.scheduler_class}, not {wanted}"
        for setting, value in _SETTINGS.get(self.name, {}).items():
            if trace.solver.get(setting) != value:
                return f"the live scheduler has {setting}={trace.solver.get(setting)}, not {value}"
        expected = denoiser_calls(trace.scheduler_class, self.steps, trace.strength) * calls_a_step(before)
        slack = 0
        if trace.part and before.requested_steps:
            expected, slack = round(before.denoiser_calls * self.steps / before.requested_steps), 1
        if abs(trace.denoiser_calls - expected) > slack:
            return f"{trace.denoiser_calls} denoiser calls were counted where {self.steps} steps need {expected}"
        return None
