"""What a pipeline card says."""

from typing import Literal

from pydantic import Field

from ..signatures import signature_of
from ..types import Record

Mode = Literal["text2img", "img2img", "class2img", "inpaint", "upscale", "text2video", "img2video", "text2audio"]


Guided = Literal["together", "apart", "distilled"]
"""both halves of guidance in one denoiser call, a call each, or none: the model is given the scale as a number"""


class Card(Record):
    """One checkpoint, as people use it in one mode."""

    family: str = Field(description="short name of the checkpoint's family: sd15, sdxl, pixart_sigma")
    title: str = Field(description="what people call it: Stable Diffusion 1.5")
    pipeline_class: str
    model_id: str = Field(description="the id on the hub that is written today")
    aliases: tuple[str, ...] = Field(default=(), description="other ids of the same weights")
    mode: Mode
    backbone: Literal["unet", "dit"]
    scheduler: str = Field(description="class in the checkpoint's own configuration")
    prediction: Literal["epsilon", "v_prediction", "flow"] = "epsilon"
    size: int = Field(description="native width and height in pixels; of a clip the width; 0: it makes sound")
    sizes: tuple[int, ...] = Field(description="widths that it is used at")
    controlnet_id: str | None = None
    preprocessors: tuple[str, ...] = ()
    denoiser: str = Field(default="", description="attribute that holds it, where it is neither unet nor transformer")
    guided: Guided = "together"

    @property
    def steps(self) -> int:
        """num_inference_steps where the call says nothing."""
        return signature_of(self.pipeline_class).steps

    @property
    def guidance_scale(self) -> float:
        """guidance_scale where the call says nothing."""
        return signature_of(self.pipeline_class).guidance_scale
