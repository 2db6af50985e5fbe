"""Where a plan would be applied: what rules, rendering and expectations need to know, and nothing else."""

from typing import Literal

from pydantic import Field

from .pipelines import EVERY_CARD, any_card_for, class_behind
from .signature import Signature
from .signatures import signature_of
from .types import CallSite, DenoiserFacts, Device, PipelineSite, Profile, Record, Stages, Trace

Backbone = Literal["unet", "dit", "unknown"]

BACKBONES: dict[str, Backbone] = {c.pipeline_class: c.backbone for c in EVERY_CARD}

DEFAULT_STEPS = 50
DEFAULT_GUIDANCE = 7.5


class Situation(Record):
    """One pipeline of one script, on one device, with the libraries of the project that it belongs to."""

    pipeline: PipelineSite
    pipeline_class: str = Field(description="the live class where the baseline was measured, else as written")
    device: Device
    libraries: dict[str, str] = Field(default={}, description="package -> version in the project's environment")
    steps: int = Field(default=DEFAULT_STEPS, description="num_inference_steps of the call")
    guidance_scale: float = DEFAULT_GUIDANCE
    strength: float | None = Field(default=None, description="image-to-image: share of the steps that is run")
    images_per_call: int = 1
    scheduler: str | None = Field(default=None, description="class of the live scheduler, where it was measured")
    stages: Stages | None = Field(default=None, description="the baseline's breakdown, where it was measured")
    facts: DenoiserFacts | None = Field(default=None, description="of the live pipeline, where it was measured")
    at_hand: tuple[str, ...] | None = Field(
        default=None, description="hub ids whose files can be loaded here; None: nobody looked"
    )

    @property
    def backbone(self) -> Backbone:
        """As the card says; where the class has none, as the live object shows."""
        known = BACKBONES.get(self.pipeline_class)
        return known or (self.facts.backbone if self.facts else "unknown")

    @property
    def denoiser(self) -> str:
        """The attribute of the pipeline that holds the denoiser."""
        if self.facts is not None:
            return self.facts.attribute
        card = any_card_for(self.pipeline_class)
        return (card.denoiser if card else "") or ("unet" if self.backbone == "unet" else "transformer")

    @property
    def flow(self) -> bool:
        """Was the model trained to follow straight lines from noise to picture? Other samplers' sigmas are foreign."""
        if self.facts is not None and self.facts.prediction is not None:
            return self.facts.prediction == "flow"
        card = any_card_for(self.pipeline_class, self.pipeline.model_id)
        return (card.prediction == "flow") if card else (self.scheduler or "").startswith("FlowMatch")

    @property
    def denoiser_share(self) -> float:
        """The fraction of the call that the denoiser takes; 0.9 is assumed where nothing was measured."""
        if self.stages is None:
            return 0.9
        total = self.stages.total_s
        return self.stages.denoiser_s / total if total > 0 else 0.9


def situation_at(site: PipelineSite, device: Device, libraries: dict[str, str]) -> Situation:
    """What can be said before anything ran: the script's text, and its pipeline's defaults where that is silent."""
    first = site.calls[0] if site.calls else None
    name = class_behind(site.pipeline_class, site.model_id)
    usual = signature_of(name)
    return Situation(
        pipeline=site,
        pipeline_class=name,
        device=device,
        libraries=libraries,
        steps=(first.steps if first else None) or usual.steps,
        guidance_scale=_guidance(first, usual),
        strength=(first.strength if first else None) or usual.strength,
        scheduler=site.scheduler,
    )


def _guidance(call: CallSite | None, usual: Signature) -> float:
    """The scale that doubles the work; of a distilled model it is not the one that is called `guidance_scale`."""
    if call is None or usual.guidance is None:
        return usual.guidance_scale
    if usual.guidance == "guidance_scale":
        return usual.guidance_scale if call.guidance_scale is None else call.guidance_scale
    try:
        return float(call.keywords[usual.guidance])
    except (KeyError, ValueError):
        return usual.guidance_scale


def measured(known: Situation, profile: Profile) -> Situation:
    """Static knowledge overruled by what was measured of the live pipeline."""
    seen = recorded(known, profile.trace)
    return seen.model_copy(update={"images_per_call": profile.images_per_call, "stages": profile.stages})


def recorded(known: Situation, trace: Trace) -> Situation:
    """Static knowledge overruled by the record of one call."""
    said = trace.guidance_scale if signature_of(trace.pipeline_class).guidance == "guidance_scale" else None
    return known.model_copy(
        update={
            "pipeline_class": trace.pipeline_class,
            "steps": trace.requested_steps or known.steps,
            "guidance_scale": known.guidance_scale if said is None else said,
            "strength": trace.strength if trace.requested_steps else known.strength,
            "scheduler": trace.scheduler_class,
            "facts": trace.facts,
        }
    )
