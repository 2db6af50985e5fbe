"""Which keywords a pipeline's `__call__` knows, of those classes that take any other in silence."""

from types import MappingProxyType

_ALL = (
    "generator negative_prompt negative_prompt_embeds num_images_per_prompt num_inference_steps output_type prompt "
    "prompt_embeds return_dict guidance_scale"
)
_STEP = "callback callback_on_step_end callback_on_step_end_tensor_inputs callback_steps"
_TIMES = "timesteps sigmas eta"
_SIZE = "height width latents"
_SD = f"{_ALL} {_STEP} clip_skip cross_attention_kwargs ip_adapter_image ip_adapter_image_embeds"
_XL = (
    f"{_SD} crops_coords_top_left negative_crops_coords_top_left negative_original_size original_size target_size "
    "negative_target_size prompt_2 negative_prompt_2 pooled_prompt_embeds negative_pooled_prompt_embeds denoising_end"
)
_SCORED = "aesthetic_score negative_aesthetic_score denoising_start"
_CONTROL = "control_guidance_start control_guidance_end controlnet_conditioning_scale guess_mode"
_INPAINT = "image mask_image masked_image_latents padding_mask_crop strength"
_PIXART = (
    f"{_ALL} {_TIMES} {_SIZE} callback callback_steps clean_caption max_sequence_length prompt_attention_mask "
    "negative_prompt_attention_mask use_resolution_binning"
)
_PRIOR = (
    "prior_callback prior_callback_on_step_end prior_callback_on_step_end_tensor_inputs prior_callback_steps "
    "prior_guidance_scale prior_num_inference_steps prior_timesteps"
)
_KNOWN = {
    "StableDiffusionPipeline": f"{_SD} {_TIMES} {_SIZE} guidance_rescale",
    "StableDiffusionImg2ImgPipeline": f"{_SD} {_TIMES} image strength",
    "StableDiffusionInpaintPipeline": f"{_SD} {_TIMES} {_SIZE} {_INPAINT}",
    "StableDiffusionControlNetPipeline": f"{_SD} {_TIMES} {_SIZE} {_CONTROL} image",
    "StableDiffusionControlNetImg2ImgPipeline": f"{_SD} {_SIZE} eta {_CONTROL} image control_image strength",
    "StableDiffusionXLPipeline": f"{_XL} {_TIMES} {_SIZE} guidance_rescale",
    "StableDiffusionXLImg2ImgPipeline": f"{_XL} {_TIMES} {_SCORED} guidance_rescale image latents strength",
    "StableDiffusionXLInpaintPipeline": f"{_XL} {_TIMES} {_SIZE} {_SCORED} {_INPAINT} guidance_rescale",
    "StableDiffusionXLControlNetPipeline": f"{_XL} {_TIMES} {_SIZE} {_CONTROL} image",
    "PixArtAlphaPipeline": _PIXART,
    "PixArtSigmaPipeline": _PIXART,
    "Kandinsky3Pipeline": f"{_ALL} {_STEP} {_SIZE} attention_mask negative_attention_mask",
    "WuerstchenCombinedPipeline": (
        f"{_ALL.replace(' guidance_scale', '')} {_SIZE} {_PRIOR} callback_on_step_end "
        "callback_on_step_end_tensor_inputs decoder_guidance_scale decoder_timesteps"
    ),
}
KEYWORDS = MappingProxyType({name: frozenset(words.split()) for name, words in _KNOWN.items()})
"""A test holds each against the installed diffusers."""


def swallowed(pipeline_class: str, keyword: str) -> bool:
    """Does a call of this class take the keyword, and ignore it? False where the class is not known to do so."""
    known = KEYWORDS.get(pipeline_class)
    return known is not None and keyword not in known
