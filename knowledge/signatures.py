"""How each pipeline class is called: the order of its parameters and what they are where a call does not say."""

from types import MappingProxyType

from .types import CallSite, Record


class Signature(Record):
    """`__call__` of one pipeline class. A test holds each against the installed diffusers."""

    parameters: tuple[str, ...]
    """those that may be given by position, as far as anybody does, in order"""
    steps: int = 50
    guidance_scale: float = 7.5
    strength: float | None = None
    """image-to-image: the share of the steps that is run; None where every step is"""


_TIMES = ("num_inference_steps", "timesteps", "sigmas")
_SIZE = ("height", "width")
_SD = Signature(
    parameters=("prompt", *_SIZE, *_TIMES, "guidance_scale", "negative_prompt", "num_images_per_prompt"),
)
_PIXART = Signature(
    parameters=("prompt", "negative_prompt", *_TIMES, "guidance_scale", "num_images_per_prompt", *_SIZE),
    steps=20,
    guidance_scale=4.5,
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
        ),
        "StableDiffusionXLPipeline": Signature(
            parameters=(
                *("prompt", "prompt_2", *_SIZE, *_TIMES, "denoising_end"),
                *("guidance_scale", "negative_prompt", "negative_prompt_2", "num_images_per_prompt"),
            ),
            guidance_scale=5.0,
        ),
        "StableDiffusionXLImg2ImgPipeline": Signature(
            parameters=(
                *("prompt", "prompt_2", "image", "strength", *_TIMES, "denoising_start", "denoising_end"),
                *("guidance_scale", "negative_prompt", "negative_prompt_2", "num_images_per_prompt"),
            ),
            guidance_scale=5.0,
            strength=0.3,
        ),
        "StableDiffusionControlNetPipeline": Signature(
            parameters=(
                *("prompt", "image", *_SIZE, *_TIMES),
                *("guidance_scale", "negative_prompt", "num_images_per_prompt"),
            )
        ),
        "DiTPipeline": Signature(
            parameters=("class_labels", "guidance_scale", "generator", "num_inference_steps"), guidance_scale=4.0
        ),
        "PixArtAlphaPipeline": _PIXART,
        "PixArtSigmaPipeline": _PIXART,
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
