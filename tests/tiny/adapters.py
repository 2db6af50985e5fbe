"""Random adapters for the zoo's Stable Diffusion 1.5, in the files that people load."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.bench.zoo.untyped import diffusers

RANK, EMBEDDING = 2, 32


def save_lora(folder: Path) -> None:
    """`lora.safetensors`: low-rank additions to every query and value projection."""
    torch.manual_seed(0)
    weights: dict[str, Any] = {}
    for name, module in _unet().named_modules():
        if name.endswith((".to_q", ".to_v")):
            weights[f"unet.{name}.lora_A.weight"] = 0.05 * torch.randn(RANK, module.in_features)
            weights[f"unet.{name}.lora_B.weight"] = 0.05 * torch.randn(module.out_features, RANK)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "lora.safetensors")


def save_ip_adapter(folder: Path) -> None:
    """`models/ip.safetensors`: a picture's embedding as four more tokens of cross-attention."""
    torch.manual_seed(0)
    unet = _unet()
    width = unet.config.cross_attention_dim
    weights: dict[str, Any] = {
        "image_proj.proj.weight": torch.randn(4 * width, EMBEDDING) / EMBEDDING**0.5,
        "image_proj.proj.bias": torch.zeros(4 * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    for number, size in enumerate(_sizes(unet)):
        for leaf in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * number + 1}.{leaf}.weight"] = torch.randn(size, width) / width**0.5
    (folder / "models").mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "models" / "ip.safetensors")


def _unet() -> Any:
    entry = next(p for p in cache.read_index() if p.name == "sd15")
    return diffusers.UNet2DConditionModel.from_pretrained(cache.WEIGHTS / entry.folder / "unet")


def _sizes(unet: Any) -> Iterator[int]:
    """Inner width of each cross-attention layer, in the order of the processors."""
    for name in unet.attn_processors:
        if name.endswith("attn2.processor"):
            yield unet.get_submodule(name.removesuffix(".processor")).inner_dim
