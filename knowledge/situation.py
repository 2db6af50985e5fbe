"""Where a plan would be applied: what rules, rendering and expectations need to know, and nothing else."""

from typing import Literal

from pydantic import Field

from .types import Device, PipelineSite, Record, Stages

Backbone = Literal["unet", "dit", "unknown"]

BACKBONES: dict[str, Backbone] = {
    "StableDiffusionPipeline": "unet",
    "StableDiffusionImg2ImgPipeline": "unet",
    "StableDiffusionXLPipeline": "unet",
    "StableDiffusionXLImg2ImgPipeline": "unet",
    "StableDiffusionControlNetPipeline": "unet",
    "DiTPipeline": "dit",
    "PixArtAlphaPipeline": "dit",
    "PixArtSigmaPipeline": "dit",
}

DEFAULT_STEPS = 50
DEFAULT_GUIDANCE = 7.5


class Situation(Record):
    """One pipeline of one script, on one device, with the libraries of the project that it belongs to."""

    pipeline: PipelineSite
    pipeline_class: str = Field(description="the live class where the baseline was measured, else as written")
    device: Device
    libraries: dict[str, str] = Field(default={}, description="package -> version in the project's environment")
    steps: int = DEFAULT_STEPS
    guidance_scale: float = DEFAULT_GUIDANCE
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
