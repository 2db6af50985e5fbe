"""Weights that a method loads beside the pipeline's own: what they are called on the hub, and are they at hand."""

from collections.abc import Mapping
from types import MappingProxyType

from .pipelines import any_card_for
from .situation import Situation

TINY_VAES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("sd15", "sd21", "controlnet", "controlnet_image", "sd15_inpaint"), "madebyollin/taesd"),
        **dict.fromkeys(("dit", "pixart_alpha"), "madebyollin/taesd"),
        **dict.fromkeys(("sdxl", "sdxl_inpaint", "controlnet_xl", "pixart_sigma"), "madebyollin/taesdxl"),
        **dict.fromkeys(("sd3", "sd35"), "madebyollin/taesd3"),
        **dict.fromkeys(("flux1", "flux1_fill", "controlnet_flux"), "madebyollin/taef1"),
    }
)
"""a card's family -> the tiny autoencoder that speaks the same latents"""
FP16_VAE = "madebyollin/sdxl-vae-fp16-fix"
_OF_SD15 = ("sd15", "controlnet", "controlnet_image", "sd15_inpaint")
_OF_SDXL = ("sdxl", "controlnet_xl", "sdxl_inpaint")
DISTILLED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "lcm": MappingProxyType(
            {
                **dict.fromkeys(_OF_SD15, "latent-consistency/lcm-lora-sdv1-5"),
                **dict.fromkeys(_OF_SDXL, "latent-consistency/lcm-lora-sdxl"),
            }
        ),
        "tcd": MappingProxyType(
            {**dict.fromkeys(_OF_SD15, "h1t/TCD-SD15-LoRA"), **dict.fromkeys(_OF_SDXL, "h1t/TCD-SDXL-LoRA")}
        ),
    }
)
"""kind of distillation -> a card's family -> the LoRA for it"""
SDXL = frozenset(_OF_SDXL)
"""families whose VAE overflows in float16"""


def family_of(situation: Situation) -> str:
    """The card's family, which says whose latents and whose weights these are; empty where there is no card."""
    card = any_card_for(situation.pipeline_class, situation.pipeline.model_id)
    return card.family if card else ""


def out_of_reach(model_id: str, situation: Situation) -> str | None:
    """Why these weights cannot be loaded here; None where they can, or where nobody looked."""
    if situation.at_hand is None or model_id in situation.at_hand:
        return None
    return f"{model_id} is not in the models' cache: hf download {model_id}"
