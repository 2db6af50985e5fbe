"""How each pipeline class is called: the order of its parameters and what they are where a call does not say."""

from types import MappingProxyType

from .signature import Signature
from .signatures_newer import NEWER
from .types import CallSite

_TIMES = ("num_inference_steps", "timesteps", "sigmas")
_SIZE = ("height", "width")
_SD = Signature(
    parameters=("prompt", *_SIZE, *_TIMES, "guidance_scale", "negative_prompt", "num_images_per_prompt"),
    swallows=True,
)
_PIXART = Signature(
    parameters=("prompt", "negative_prompt", *_TIMES, "guidance_scale", "num_images_per_prompt", *_SIZE),
    steps=20,
    guidance_scale=4.5,
    callback=False,
    swallows=True,
)
SIGNATURES = MappingProxyType(
    {
        "StableDiffusionPipeline": _SD,
        "StableDiffusionImg2ImgPipeline": Signature(
            parameters=(
                *("prompt", "image", "strength", *_TIMES),
                *("guidance_scale", "negative_prompt", "num_images_per_prompt"),
            ),
            strength=0.8,
            swallows=True,
        ),
        "StableDiffusionXLPipeline": Signature(
            parameters=(
                *("prompt", "prompt_2", *_SIZE, *_TIMES, "denoising_end"),
                *("guidance_scale", "negative_prompt", "negative_prompt_2", "num_images_per_prompt"),
            ),
            guidance_scale=5.0,
            swallows=True,
        ),
        "StableDiffusionXLImg2ImgPipeline": Signature(
            parameters=(
                *("prompt", "prompt_2", "image", "strength", *_TIMES, "denoising_start", "denoising_end"),
                *("guidance_scale", "negative_prompt", "negative_prompt_2", "num_images_per_prompt"),
            ),
            guidance_scale=5.0,
            strength=0.3,
            swallows=True,
        ),
        "StableDiffusionControlNetPipeline": Signature(
            parameters=(
                *("prompt", "image", *_SIZE, *_TIMES),
                *("guidance_scale", "negative_prompt", "num_images_per_prompt"),
            ),
            swallows=True,
        ),
        "DiTPipeline": Signature(
            parameters=("class_labels", "guidance_scale", "generator", "num_inference_steps"),
            guidance_scale=4.0,
            callback=False,
        ),
        "PixArtAlphaPipeline": _PIXART,
        "PixArtSigmaPipeline": _PIXART,
        **NEWER,
    }
)
UNKNOWN = Signature(parameters=("prompt",))
"""of any other class nothing is taken for certain but that the prompt comes first"""


def named_arguments(pipeline_class: str, call: CallSite) -> dict[str, str]:
    """Source of each argument that a call writes out, by name, those given by position too."""
    return {**dict(zip(signature_of(pipeline_class).parameters, call.positional, strict=False)), **call.keywords}


def signature_of(pipeline_class: str) -> Signature:
    """How calls of this class are read."""
    return SIGNATURES.get(pipeline_class, UNKNOWN)
