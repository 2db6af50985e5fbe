"""Tiny pipelines with random weights, one for each kind that people use and the zoo has none of.

Each is saved under its hub id in a Hugging Face home, so that a script as people write it loads it. Nothing is said
of the pictures: they are noise. What can be said is whether a method applies, runs, proves itself and goes away.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import others, pictures

_SCRIPT = """\
import torch
from diffusers import {cls}
{imports}
pipe = {cls}.from_pretrained("{model}", torch_dtype=torch.float32)
{before}out = pipe({call})
"""
_PAELLA = """\
import diffusers
from diffusers.pipelines.deprecated.wuerstchen import PaellaVQModel

diffusers.PaellaVQModel = PaellaVQModel
"""
"""diffusers 0.42 saves this part under a name by which it does not find it again"""
_IMAGE = """\
picture = Image.new("RGB", (64, 64), "white")
picture.paste("red", (32, 32, 64, 64))
mask = Image.new("L", (64, 64), 0)
mask.paste(255, (16, 16, 48, 48))
"""
_MODEL_CARD = "---\ntags:\n- diffusers\n---\n"
"""combined pipelines look here for the id of their first stage, and load what is beside them where there is none"""
_SIZE = "height=64, width=64"


@dataclass(frozen=True)
class Tiny:
    """One of them: how it is made, and how it is called."""

    name: str
    pipeline_class: str
    model_id: str
    build: Callable[[], Any]
    call: str
    steps: int = 6
    image: bool = False
    imports: str = ""

    def source(self) -> str:
        """A script that makes one picture, clip or sound."""
        return _SCRIPT.format(
            cls=self.pipeline_class,
            model=self.model_id,
            imports=self.imports + ("from PIL import Image\n" if self.image else ""),
            before=_IMAGE if self.image else "",
            call=f'"a red circle", {self.call}, num_inference_steps={self.steps}',
        )

    def lay_out(self, home: Path) -> None:
        """Save it where `from_pretrained` looks for its hub id under `home`."""
        folder = home / "hub" / f"models--{self.model_id.replace('/', '--')}"
        revision = hashlib.sha1(self.name.encode(), usedforsecurity=False).hexdigest()
        if (folder / "refs" / "main").exists():
            return
        self.build().save_pretrained(folder / "snapshots" / revision)
        (folder / "snapshots" / revision / "README.md").write_text(_MODEL_CARD)
        (folder / "refs").mkdir(parents=True)
        (folder / "refs" / "main").write_text(revision)


TINY = (
    Tiny("sd3", "StableDiffusion3Pipeline", "stabilityai/stable-diffusion-3-medium-diffusers", pictures.sd3, _SIZE),
    Tiny("flux", "FluxPipeline", "black-forest-labs/FLUX.1-dev", pictures.flux, _SIZE),
    Tiny("auraflow", "AuraFlowPipeline", "fal/AuraFlow", pictures.auraflow, _SIZE),
    Tiny(
        "sana",
        "SanaPipeline",
        "Efficient-Large-Model/Sana_1600M_1024px_BF16_diffusers",
        pictures.sana,
        f"{_SIZE}, use_resolution_binning=False",
    ),
    Tiny("lumina2", "Lumina2Pipeline", "Alpha-VLLM/Lumina-Image-2.0", pictures.lumina2, _SIZE),
    Tiny(
        "hunyuandit",
        "HunyuanDiTPipeline",
        "Tencent-Hunyuan/HunyuanDiT-Diffusers",
        pictures.hunyuandit,
        f"{_SIZE}, use_resolution_binning=False",
    ),
    Tiny(
        "qwen_image", "QwenImagePipeline", "Qwen/Qwen-Image", pictures.qwen_image, f'negative_prompt="noise", {_SIZE}'
    ),
    Tiny("z_image", "ZImagePipeline", "Tongyi-MAI/Z-Image-Turbo", pictures.z_image, _SIZE),
    Tiny("cogvideox", "CogVideoXPipeline", "THUDM/CogVideoX-2b", others.cogvideox, f"{_SIZE}, num_frames=9"),
    Tiny("ltx", "LTXPipeline", "Lightricks/LTX-Video", others.ltx, f"{_SIZE}, num_frames=9"),
    Tiny("wan", "WanPipeline", "Wan-AI/Wan2.1-T2V-1.3B-Diffusers", others.wan, f"{_SIZE}, num_frames=9"),
    Tiny(
        "kandinsky22",
        "KandinskyV22CombinedPipeline",
        "kandinsky-community/kandinsky-2-2-decoder",
        others.kandinsky22,
        f"{_SIZE}, prior_num_inference_steps=2",
    ),
    Tiny(
        "cascade",
        "StableCascadeCombinedPipeline",
        "stabilityai/stable-cascade",
        others.cascade,
        "height=256, width=256, prior_num_inference_steps=2",
        imports=_PAELLA,
    ),
    Tiny("audioldm", "AudioLDMPipeline", "cvssp/audioldm-s-full-v2", others.audioldm, "audio_length_in_s=0.5"),
    Tiny(
        "inpaint",
        "StableDiffusionInpaintPipeline",
        "stable-diffusion-v1-5/stable-diffusion-inpainting",
        pictures.inpaint,
        "image=picture, mask_image=mask",
        image=True,
    ),
    Tiny(
        "upscaler",
        "StableDiffusionUpscalePipeline",
        "stabilityai/stable-diffusion-x4-upscaler",
        pictures.upscaler,
        "image=picture",
        image=True,
    ),
)
