"""How the pipelines beyond the benchmark's are called, in the same words as `signatures.py`."""

from types import MappingProxyType
from typing import Any

from .signature import Signature


def _of(parameters: str, **more: Any) -> Signature:
    return Signature(parameters=tuple(parameters.split()), **more)


NEWER = MappingProxyType(
    {
        "StableDiffusion3Pipeline": _of(
            "prompt prompt_2 prompt_3 height width num_inference_steps sigmas guidance_scale "
            "negative_prompt negative_prompt_2 negative_prompt_3",
            steps=28,
            guidance_scale=7.0,
        ),
        "StableDiffusion3Img2ImgPipeline": _of(
            "prompt prompt_2 prompt_3 height width image strength num_inference_steps sigmas "
            "guidance_scale negative_prompt negative_prompt_2 negative_prompt_3",
            guidance_scale=7.0,
            strength=0.6,
        ),
        "FluxPipeline": _of(
            "prompt prompt_2 negative_prompt negative_prompt_2 true_cfg_scale height width "
            "num_inference_steps sigmas guidance_scale",
            steps=28,
            guidance="true_cfg_scale",
            guidance_scale=1.0,
        ),
        "FluxImg2ImgPipeline": _of(
            "prompt prompt_2 negative_prompt negative_prompt_2 true_cfg_scale image height width "
            "strength num_inference_steps sigmas guidance_scale",
            steps=28,
            guidance="true_cfg_scale",
            guidance_scale=1.0,
            strength=0.6,
        ),
        "FluxFillPipeline": _of(
            "prompt prompt_2 image mask_image masked_image_latents height width strength "
            "num_inference_steps sigmas guidance_scale",
            guidance=None,
            guidance_scale=1.0,
            strength=1.0,
        ),
        "FluxKontextPipeline": _of(
            "image prompt prompt_2 negative_prompt negative_prompt_2 true_cfg_scale height width "
            "num_inference_steps sigmas guidance_scale",
            steps=28,
            guidance="true_cfg_scale",
            guidance_scale=1.0,
        ),
        "Flux2Pipeline": _of(
            "image prompt height width num_inference_steps sigmas guidance_scale",
            guidance=None,
            guidance_scale=1.0,
        ),
        "Flux2KleinPipeline": _of(
            "image prompt height width num_inference_steps sigmas guidance_scale",
            guidance_scale=4.0,
        ),
        "ChromaPipeline": _of(
            "prompt negative_prompt height width num_inference_steps sigmas guidance_scale",
            steps=35,
            guidance_scale=5.0,
        ),
        "KandinskyV22CombinedPipeline": _of(
            "prompt negative_prompt num_inference_steps guidance_scale",
            steps=100,
            guidance_scale=4.0,
        ),
        "Kandinsky3Pipeline": _of(
            "prompt num_inference_steps guidance_scale negative_prompt",
            steps=25,
            guidance_scale=3.0,
            swallows=True,
        ),
        "Kandinsky5T2IPipeline": _of(
            "prompt negative_prompt height width num_inference_steps guidance_scale",
            guidance_scale=3.5,
        ),
        "WuerstchenCombinedPipeline": _of(
            "prompt height width prior_num_inference_steps prior_timesteps prior_guidance_scale "
            "num_inference_steps decoder_timesteps decoder_guidance_scale negative_prompt",
            steps=12,
            guidance="prior_guidance_scale",
            guidance_scale=4.0,
            swallows=True,
        ),
        "StableCascadeCombinedPipeline": _of(
            "prompt images height width prior_num_inference_steps prior_guidance_scale "
            "num_inference_steps decoder_guidance_scale negative_prompt",
            steps=12,
            guidance="prior_guidance_scale",
            guidance_scale=4.0,
        ),
        "AuraFlowPipeline": _of(
            "prompt negative_prompt num_inference_steps sigmas guidance_scale",
            guidance_scale=3.5,
        ),
        "SanaPipeline": _of(
            "prompt negative_prompt num_inference_steps timesteps sigmas guidance_scale",
            steps=20,
            guidance_scale=4.5,
        ),
        "LuminaPipeline": _of(
            "prompt width height num_inference_steps guidance_scale negative_prompt sigmas",
            steps=30,
            guidance_scale=4.0,
        ),
        "Lumina2Pipeline": _of(
            "prompt width height num_inference_steps guidance_scale negative_prompt sigmas",
            steps=30,
            guidance_scale=4.0,
        ),
        "HunyuanDiTPipeline": _of(
            "prompt height width num_inference_steps guidance_scale negative_prompt",
            guidance_scale=5.0,
        ),
        "QwenImagePipeline": _of(
            "prompt negative_prompt true_cfg_scale height width num_inference_steps sigmas guidance_scale",
            guidance="true_cfg_scale",
            guidance_scale=4.0,
        ),
        "QwenImageEditPipeline": _of(
            "image prompt negative_prompt true_cfg_scale height width num_inference_steps sigmas guidance_scale",
            guidance="true_cfg_scale",
            guidance_scale=4.0,
        ),
        "ZImagePipeline": _of("prompt height width num_inference_steps sigmas guidance_scale", guidance_scale=5.0),
        "StableDiffusionInpaintPipeline": _of(
            "prompt image mask_image masked_image_latents height width padding_mask_crop strength "
            "num_inference_steps timesteps sigmas guidance_scale negative_prompt",
            strength=1.0,
            swallows=True,
        ),
        "StableDiffusionXLInpaintPipeline": _of(
            "prompt prompt_2 image mask_image masked_image_latents height width padding_mask_crop "
            "strength num_inference_steps timesteps sigmas denoising_start denoising_end "
            "guidance_scale negative_prompt negative_prompt_2",
            strength=0.9999,
            swallows=True,
        ),
        "StableDiffusionUpscalePipeline": _of(
            "prompt image num_inference_steps guidance_scale noise_level negative_prompt",
            steps=75,
            guidance_scale=9.0,
            callback=False,
        ),
        "StableDiffusionLatentUpscalePipeline": _of(
            "prompt image num_inference_steps guidance_scale negative_prompt",
            steps=75,
            guidance_scale=9.0,
            callback=False,
        ),
        "StableDiffusionXLControlNetPipeline": _of(
            "prompt prompt_2 image height width num_inference_steps timesteps sigmas denoising_end "
            "guidance_scale negative_prompt negative_prompt_2",
            guidance_scale=5.0,
            swallows=True,
        ),
        "StableDiffusionControlNetImg2ImgPipeline": _of(
            "prompt image control_image height width strength num_inference_steps guidance_scale negative_prompt",
            strength=0.8,
            swallows=True,
        ),
        "FluxControlNetPipeline": _of(
            "prompt prompt_2 negative_prompt negative_prompt_2 true_cfg_scale height width "
            "num_inference_steps sigmas guidance_scale control_guidance_start control_guidance_end "
            "control_image control_mode controlnet_conditioning_scale",
            steps=28,
            guidance="true_cfg_scale",
            guidance_scale=1.0,
        ),
        "CogVideoXPipeline": _of(
            "prompt negative_prompt height width num_frames num_inference_steps timesteps "
            "guidance_scale use_dynamic_cfg",
            guidance_scale=6.0,
        ),
        "LTXPipeline": _of(
            "prompt negative_prompt height width num_frames frame_rate num_inference_steps timesteps "
            "guidance_scale guidance_rescale",
            guidance_scale=3.0,
        ),
        "LTXImageToVideoPipeline": _of(
            "image prompt negative_prompt height width num_frames frame_rate num_inference_steps "
            "timesteps guidance_scale guidance_rescale",
            guidance_scale=3.0,
        ),
        "WanPipeline": _of(
            "prompt negative_prompt height width num_frames num_inference_steps guidance_scale guidance_scale_2",
            guidance_scale=5.0,
        ),
        "WanImageToVideoPipeline": _of(
            "image prompt negative_prompt height width num_frames num_inference_steps guidance_scale guidance_scale_2",
            guidance_scale=5.0,
        ),
        "HunyuanVideoPipeline": _of(
            "prompt prompt_2 negative_prompt negative_prompt_2 height width num_frames "
            "num_inference_steps sigmas true_cfg_scale guidance_scale",
            guidance="true_cfg_scale",
            guidance_scale=1.0,
        ),
        "AudioLDMPipeline": _of(
            "prompt audio_length_in_s num_inference_steps guidance_scale negative_prompt",
            steps=10,
            guidance_scale=2.5,
            callback=False,
        ),
        "AudioLDM2Pipeline": _of(
            "prompt transcription audio_length_in_s num_inference_steps guidance_scale negative_prompt",
            steps=200,
            guidance_scale=3.5,
            callback=False,
        ),
        "StableAudioPipeline": _of(
            "prompt audio_end_in_s audio_start_in_s num_inference_steps guidance_scale negative_prompt",
            steps=100,
            guidance_scale=7.0,
            callback=False,
        ),
    }
)
