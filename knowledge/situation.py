"""Where a plan would be applied: what rules, rendering and expectations need to know, and nothing else."""

from typing import Literal

from pydantic import Field

from .pipelines import CARDS
from .signatures import signature_of
from .types import Device, PipelineSite, Profile, Record, Stages

Backbone = Literal["unet", "dit", "unknown"]

BACKBONES: dict[str, Backbone] = {c.pipeline_class: c.backbone for c in CARDS}

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

    @property
    def backbone(self) -> Backbone:
        return BACKBONES.get(self.pipeline_class, "unknown")

    @property
    def denoiser(self) -> str:
        """The attribute of the pipeline that holds the denoiser."""
        return "unet" if self.backbone == "unet" else "transformer"

    @property
    def denoiser_share(self) -> float:
        """The fraction of the call that the denoiser takes; 0.9 is assumed where nothing was measured."""
        if self.stages is None:
            return 0.9
        total = self.stages.text_encoder_s + self.stages.denoiser_s + self.stages.vae_s + self.stages.rest_s
        return self.stages.denoiser_s / total if total > 0 else 0.9


def situation_at(site: PipelineSite, device: Device, libraries: dict[str, str]) -> Situation:
    """What can be said before anything ran: the script's text, and its pipeline's defaults where that is silent."""
    first = site.calls[0] if site.calls else None
    usual = signature_of(site.pipeline_class)
    return Situation(
        pipeline=site,
        pipeline_class=site.pipeline_class,
        device=device,
        libraries=libraries,
        steps=(first.steps if first else None) or usual.steps,
        guidance_scale=usual.guidance_scale if first is None or first.guidance_scale is None else first.guidance_scale,
        strength=(first.strength if first else None) or usual.strength,
        scheduler=site.scheduler,
    )


def measured(known: Situation, profile: Profile) -> Situation:
    """Static knowledge overruled by what was measured of the live pipeline."""
    trace = profile.trace
    return known.model_copy(
        update={
            "pipeline_class": trace.pipeline_class,
            "steps": trace.requested_steps or known.steps,
            "guidance_scale": known.guidance_scale if trace.guidance_scale is None else trace.guidance_scale,
            "strength": trace.strength if trace.requested_steps else known.strength,
            "scheduler": trace.scheduler_class,
            "images_per_call": profile.images_per_call,
            "stages": profile.stages,
        }
    )
