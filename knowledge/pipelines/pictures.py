"""Pipelines of today that draw from text, beyond the benchmark's. Ids and schedulers as the checkpoints have them."""

from typing import Any

from .card import Card

_FLOW = "FlowMatchEulerDiscreteScheduler"


def flow(family: str, title: str, pipeline_class: str, model_id: str, **more: Any) -> Card:
    """A transformer that was trained to follow straight lines from noise to picture."""
    usual: dict[str, Any] = {"mode": "text2img", "scheduler": _FLOW, "size": 1024}
    said = {**usual, **more}
    return Card(
        family=family,
        title=title,
        pipeline_class=pipeline_class,
        model_id=model_id,
        backbone="dit",
        prediction="flow",
        sizes=(said["size"],),
        **said,
    )


_FLUX = flow("flux1", "FLUX.1 dev", "FluxPipeline", "black-forest-labs/FLUX.1-dev", guided="distilled")
PICTURES: tuple[Card, ...] = (
    flow(
        "sd3",
        "Stable Diffusion 3",
        "StableDiffusion3Pipeline",
        "stabilityai/stable-diffusion-3-medium-diffusers",
    ),
    flow("sd35", "Stable Diffusion 3.5", "StableDiffusion3Pipeline", "stabilityai/stable-diffusion-3.5-large"),
    flow(
        "sd35",
        "Stable Diffusion 3.5",
        "StableDiffusion3Img2ImgPipeline",
        "stabilityai/stable-diffusion-3.5-large",
        mode="img2img",
    ),
    _FLUX,
    _FLUX.model_copy(update={"title": "FLUX.1 schnell", "model_id": "black-forest-labs/FLUX.1-schnell"}),
    _FLUX.model_copy(update={"pipeline_class": "FluxImg2ImgPipeline", "mode": "img2img"}),
    _FLUX.model_copy(
        update={
            "title": "FLUX.1 Kontext",
            "pipeline_class": "FluxKontextPipeline",
            "model_id": "black-forest-labs/FLUX.1-Kontext-dev",
            "mode": "img2img",
        }
    ),
    flow("flux2", "FLUX.2 dev", "Flux2Pipeline", "black-forest-labs/FLUX.2-dev", guided="distilled"),
    flow("flux2", "FLUX.2 klein", "Flux2KleinPipeline", "black-forest-labs/FLUX.2-klein-base-9B", guided="apart"),
    flow("chroma", "Chroma", "ChromaPipeline", "lodestones/Chroma1-HD", guided="apart"),
    Card(
        family="kandinsky22",
        title="Kandinsky 2.2",
        pipeline_class="KandinskyV22CombinedPipeline",
        model_id="kandinsky-community/kandinsky-2-2-decoder",
        mode="text2img",
        backbone="unet",
        scheduler="DDPMScheduler",
        size=512,
        sizes=(512, 768),
    ),
    Card(
        family="kandinsky3",
        title="Kandinsky 3",
        pipeline_class="Kandinsky3Pipeline",
        model_id="kandinsky-community/kandinsky-3",
        mode="text2img",
        backbone="unet",
        scheduler="DDPMScheduler",
        size=1024,
        sizes=(1024,),
    ),
    flow(
        "kandinsky5",
        "Kandinsky 5",
        "Kandinsky5T2IPipeline",
        "kandinskylab/Kandinsky-5.0-T2I-Lite-sft-Diffusers",
        guided="apart",
    ),
    Card(
        family="wuerstchen",
        title="Würstchen",
        pipeline_class="WuerstchenCombinedPipeline",
        model_id="warp-ai/wuerstchen",
        mode="text2img",
        backbone="unet",
        scheduler="DDPMWuerstchenScheduler",
        size=1024,
        sizes=(1024,),
        denoiser="decoder",
    ),
    Card(
        family="cascade",
        title="Stable Cascade",
        pipeline_class="StableCascadeCombinedPipeline",
        model_id="stabilityai/stable-cascade",
        mode="text2img",
        backbone="unet",
        scheduler="DDPMWuerstchenScheduler",
        size=1024,
        sizes=(1024,),
        denoiser="decoder",
    ),
    flow("auraflow", "AuraFlow", "AuraFlowPipeline", "fal/AuraFlow"),
    flow(
        "sana",
        "Sana",
        "SanaPipeline",
        "Efficient-Large-Model/Sana_1600M_1024px_BF16_diffusers",
        scheduler="DPMSolverMultistepScheduler",
    ),
    flow("lumina_next", "Lumina-Next", "LuminaPipeline", "Alpha-VLLM/Lumina-Next-SFT-diffusers"),
    flow("lumina2", "Lumina Image 2", "Lumina2Pipeline", "Alpha-VLLM/Lumina-Image-2.0", guided="apart"),
    Card(
        family="hunyuandit",
        title="Hunyuan-DiT",
        pipeline_class="HunyuanDiTPipeline",
        model_id="Tencent-Hunyuan/HunyuanDiT-Diffusers",
        aliases=("Tencent-Hunyuan/HunyuanDiT-v1.2-Diffusers",),
        mode="text2img",
        backbone="dit",
        scheduler="DDPMScheduler",
        prediction="v_prediction",
        size=1024,
        sizes=(1024,),
    ),
    flow("qwen_image", "Qwen-Image", "QwenImagePipeline", "Qwen/Qwen-Image", size=1328, guided="apart"),
    flow(
        "qwen_image", "Qwen-Image Edit", "QwenImageEditPipeline", "Qwen/Qwen-Image-Edit", mode="img2img", guided="apart"
    ),
    flow("z_image", "Z-Image Turbo", "ZImagePipeline", "Tongyi-MAI/Z-Image-Turbo"),
)
