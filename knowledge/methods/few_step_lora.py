from typing import Literal

from pydantic import Field

from ..borrowed import DISTILLED, family_of, out_of_reach
from ..flow import foreign_sampler
from ..method import Effect, Method, Symptom
from ..quantised import QUANTISERS
from ..situation import Situation
from ..steps import run_of
from ..types import Change, Import, Plan, Trace
from .sampler import swap_back

_FILE = "pytorch_lora_weights.safetensors"
SOLVERS = {"lcm": "LCMScheduler", "tcd": "TCDScheduler"}


class FewStepLora(Method):
    """Load a LoRA that was distilled for few steps, with the sampler that goes with it, and guide no more.

    The LoRA is other weights: the pictures are another model's. It costs a download, once.
    """

    slug = "few_step_lora"
    title = "Distilled LoRA (LCM, TCD)"
    kind = "sampler"
    fits = frozenset({"unet"})
    order = 1
    clashes = QUANTISERS | {
        *("sampler", "timestep_spacing", "tgate", "guidance_cutoff", "guidance_interval", "layerwise_casting")
    }
    package = "peft"
    explains = frozenset({"calls", "guidance", "batch", "parameters"})
    gain = "4-8 steps instead of 25-50, and without the unconditional half of each; contrast and variety are less; not measured here, the zoo has no such LoRA"
    sources = (
        "LCM-LoRA: Luo et al. 2023, arXiv 2311.05556, and its model cards",
        "TCD: Zheng et al. 2024, arXiv 2402.19159, and its model cards",
        "diffusers documentation, using-diffusers/inference_with_lcm and inference_with_tcd_lora",
    )
    symptoms = (
        Symptom(
            pattern=r"(lcm-lora|TCD-\w+-LoRA).*(not found|appear|connect|offline|locat)|LocalEntryNotFound|pytorch_lora_weights",
            sentence="the distilled LoRA is not in the models' cache; it is left out",
        ),
        Symptom(
            pattern=r"PEFT backend is required|Target modules .* not found|size mismatch for .*lora",
            sentence="this LoRA was not made for this denoiser, or peft is missing; it is left out",
        ),
    )
    backfires = (
        "with guidance above 2 the pictures burn: guidance is distilled into the weights already",
        "more than 8 steps cost time and give nothing, unlike with any other sampler",
        "the negative prompt is not read any more, since nothing is guided",
        "the sampler without the LoRA runs without complaint and draws mush",
        "a LoRA of your own is switched off when another one is loaded; name both in set_adapters",
        "unfuse before you unload: a LoRA that was fused stays in the weights when it is unloaded",
    )

    distilled: Literal["lcm", "tcd"] = Field(
        default="lcm", description="which distillation: lcm is the common one, tcd keeps more detail"
    )
    few_steps: int = Field(
        default=4, ge=2, le=8, multiple_of=1, description="num_inference_steps; fewer is faster and smoother"
    )

    def change(self, situation: Situation, plan: Plan) -> Change:
        solver = SOLVERS[self.distilled]
        repository = DISTILLED[self.distilled].get(family_of(situation), "")
        # The file is named, since diffusers does not look for one without a network.
        given = f'"{repository}", weight_name="{_FILE}", adapter_name="{self.distilled}"'
        return Change(
            imports=(Import(module="diffusers", name=solver),),
            scheduler=f"{{pipe}}.scheduler = {solver}.from_config({{pipe}}.scheduler.config)",
            setup=(f"{{pipe}}.load_lora_weights({given})",),
            call_keywords={"num_inference_steps": str(self.few_steps), "guidance_scale": "1.0"},
        )

    def undo(self, situation: Situation) -> tuple[str, ...] | None:
        usual = swap_back(situation)
        return usual and (f'{{pipe}}.delete_adapters("{self.distilled}")', *usual)

    def effect(self, situation: Situation) -> Effect:
        halves = 0.55 if situation.guidance_scale > 1 else 1.0
        return Effect(calls=min(1.0, self.few_steps / situation.steps), per_call=halves, loss=0.03, drift=0.8)

    def misfit(self, situation: Situation, plan: Plan) -> str | None:
        if (repository := DISTILLED[self.distilled].get(family_of(situation))) is None:
            return f"no {self.distilled.upper()} LoRA is known for {situation.pipeline_class} and its checkpoint"
        if situation.steps <= self.few_steps:
            return f"the script runs {situation.steps} steps already"
        if run_of(self.few_steps, situation.strength) < 1:
            return f"of {self.few_steps} steps none is left at strength {situation.strength}"
        if any({"timesteps", "sigmas"} & set(c.keywords) for c in situation.pipeline.calls):
            return "the script passes its own timesteps or sigmas, which fix the number of steps"
        return foreign_sampler(SOLVERS[self.distilled], situation) or out_of_reach(repository, situation)

    def unproven(self, trace: Trace, before: Trace) -> str | None:
        if trace.scheduler_class != SOLVERS[self.distilled]:
            return f"the live scheduler is {trace.scheduler_class}, not {SOLVERS[self.distilled]}"
        if not set(trace.adapters) - set(before.adapters):
            return "no LoRA is active in the denoiser, so nothing is distilled: few steps draw mush"
        if lost := sorted(set(before.adapters) - set(trace.adapters)):
            return f"the script's own LoRA {', '.join(lost)} is switched off by it"
        if trace.denoiser_calls != (expected := run_of(self.few_steps, trace.strength)):
            return f"{trace.denoiser_calls} denoiser calls were counted where {self.few_steps} steps need {expected}"
        return None
