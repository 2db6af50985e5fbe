"""A small script of every pipeline class, as people write them, and what its record must say."""

from dataclasses import dataclass

SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5"
SD21 = "stabilityai/stable-diffusion-2-1"
SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
DIT = "facebook/DiT-XL-2-256"
ALPHA = "PixArt-alpha/PixArt-XL-2-1024-MS"
SIGMA = "PixArt-alpha/PixArt-Sigma-XL-2-1024-MS"
CANNY = "lllyasviel/sd-controlnet-canny"
_TEXT = """\
import torch
from diffusers import {cls}

pipe = {cls}.from_pretrained("{model}", torch_dtype=torch.float32)
image = pipe("a red circle on a white background", num_inference_steps=6).images[0]
image.save("picture.png")
"""
_IMAGE = """\
import torch
from diffusers import {cls}
from PIL import Image

pipe = {cls}.from_pretrained("{model}", torch_dtype=torch.float32)
begin = Image.new("RGB", ({size}, {size}), "white")
begin.paste("red", ({edge}, {edge}, {size}, {size}))
image = pipe("a red square on a white background", begin, 0.6, num_inference_steps=10).images[0]
image.save("picture.png")
"""
_CONTROLNET = """\
import cv2
import numpy as np
import torch
from diffusers import ControlNetModel, StableDiffusionControlNetPipeline
from PIL import Image

controlnet = ControlNetModel.from_pretrained("lllyasviel/sd-controlnet-canny", torch_dtype=torch.float32)
pipe = StableDiffusionControlNetPipeline.from_pretrained("{model}", controlnet=controlnet, torch_dtype=torch.float32)
picture = Image.new("RGB", ({size}, {size}), "white")
picture.paste("red", ({edge}, {edge}, {size}, {size}))
edges = cv2.Canny(np.array(picture), 100, 200)
canny = Image.fromarray(np.stack([edges] * 3, axis=-1))
image = pipe("a red square on a white background", image=canny, num_inference_steps=6).images[0]
image.save("picture.png")
"""
_CLASS = """\
import torch
from diffusers import {cls}

pipe = {cls}.from_pretrained("{model}", torch_dtype=torch.float32)
image = pipe(class_labels=[207], num_inference_steps=6).images[0]
image.save("picture.png")
"""


_PARTS = (
    *("timestep_spacing", "layerwise_casting", "vae_slicing", "vae_tiling", "tiny_vae"),
    *("prompt_cache", "batching", "progress_bar"),
)


@dataclass(frozen=True)
class Case:
    """One checkpoint in one mode."""

    name: str
    pipeline_class: str
    model_id: str
    text: str
    fits: str
    """slugs of the methods that fit on some setting, precision and compilation aside"""
    scheduler: str
    calls: int = 6

    def source(self, size: int = 512) -> str:
        """Its text; `size` is that of its input picture."""
        text = self.text.format(cls=self.pipeline_class, model=self.model_id, size=size, edge=size // 2)
        # SDXL takes a second prompt before the image.
        return text.replace("begin, 0.6", "None, begin, 0.6") if "XLImg2Img" in self.pipeline_class else text

    @property
    def parts(self) -> set[str]:
        """Slugs of the methods that fit beside the denoiser, on a CPU and with no package but diffusers."""
        return {*_PARTS} - ({"prompt_cache", "batching"} if self.pipeline_class == "DiTPipeline" else set())

    @property
    def transformer(self) -> bool:
        return self.pipeline_class.startswith(("DiT", "PixArt"))


_SAMPLED = (
    "sampler deepcache taylorseer pyramid_attention tome guidance_cutoff guidance_interval fused_qkv channels_last"
)
_BLOCKS = "first_block_cache taylorseer mag_cache pyramid_attention layer_skip"
CASES = (
    Case("sd15", "StableDiffusionPipeline", SD15, _TEXT, f"{_SAMPLED} tgate", "PNDMScheduler", 7),
    Case("sd21", "StableDiffusionPipeline", SD21, _TEXT, f"{_SAMPLED} tgate", "DDIMScheduler"),
    Case("sdxl", "StableDiffusionXLPipeline", SDXL, _TEXT, f"{_SAMPLED} tgate", "EulerDiscreteScheduler"),
    Case("sd15-image", "StableDiffusionImg2ImgPipeline", SD15, _IMAGE, _SAMPLED, "PNDMScheduler", 7),
    Case("sd21-image", "StableDiffusionImg2ImgPipeline", SD21, _IMAGE, _SAMPLED, "DDIMScheduler"),
    Case("sdxl-image", "StableDiffusionXLImg2ImgPipeline", SDXL, _IMAGE, _SAMPLED, "EulerDiscreteScheduler"),
    Case(
        "controlnet",
        "StableDiffusionControlNetPipeline",
        SD15,
        _CONTROLNET,
        _SAMPLED.replace(" guidance_cutoff", ""),
        "PNDMScheduler",
        7,
    ),
    Case("dit", "DiTPipeline", DIT, _CLASS, f"sampler tome {_BLOCKS}", "DDIMScheduler"),
    Case(
        "alpha",
        "PixArtAlphaPipeline",
        ALPHA,
        _TEXT,
        f"sampler tome tgate fused_qkv {_BLOCKS}",
        "DPMSolverMultistepScheduler",
    ),
    Case(
        "sigma",
        "PixArtSigmaPipeline",
        SIGMA,
        _TEXT,
        f"sampler tome tgate fused_qkv faster_cache {_BLOCKS}",
        "DPMSolverMultistepScheduler",
    ),
)
