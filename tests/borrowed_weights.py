"""What a method loads beside the checkpoint, made for a test: random weights, or the zoo's own VAE without its mark."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live_methods import Attempt, where

from diffagent_mcp.knowledge.borrowed import DISTILLED, FP16_VAE, TINY_VAES, family_of
from diffagent_mcp.tools import models


def lay_out(home: Path, model_id: str, save: Callable[[Path], None]) -> None:
    """Save weights where `from_pretrained` looks for their hub id."""
    folder, revision = home / "hub" / f"models--{model_id.replace('/', '--')}", "0" * 40
    (folder / "snapshots" / revision).mkdir(parents=True)
    save(folder / "snapshots" / revision)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(revision)


def borrow(home: Path, one: Attempt, zoo: Path) -> None:
    """Lay out what it loads, under `home`."""
    here = where(one)
    family, model_id = family_of(here), here.pipeline.model_id
    assert one.one is not None and model_id is not None
    if one.one.method == "tiny_vae":
        lay_out(home, TINY_VAES[family], lambda folder: save_tiny_vae(folder, zoo, model_id))
    elif one.one.method == "few_step_lora":
        kind = str(one.one.params.get("distilled", "lcm"))
        lay_out(home, DISTILLED[kind][family], lambda folder: save_lora(folder, zoo, model_id))
    elif one.one.method == "fp16_vae":
        lay_out(home, FP16_VAE, lambda folder: save_fp16_vae(folder, zoo, model_id))


def save_tiny_vae(folder: Path, zoo: Path, model_id: str) -> None:
    """With as many halvings as the zoo's own VAE has."""
    import torch

    from diffagent_mcp.bench.zoo.untyped import diffusers

    torch.manual_seed(0)
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    levels = len(json.loads((snapshot / "vae" / "config.json").read_text())["block_out_channels"])
    channels, blocks = (8,) * levels, (1,) * levels
    diffusers.AutoencoderTiny(
        encoder_block_out_channels=channels,
        decoder_block_out_channels=channels,
        num_encoder_blocks=blocks,
        num_decoder_blocks=blocks,
    ).save_pretrained(folder)


def save_lora(folder: Path, zoo: Path, model_id: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    torch.manual_seed(0)
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    found: dict[str, Any] = {}
    for name, weight in load_file(snapshot / "unet" / "diffusion_pytorch_model.safetensors").items():
        if name.endswith("attn1.to_q.weight"):
            layer = f"unet.{name.removesuffix('.weight')}"
            found[f"{layer}.lora_A.weight"] = torch.randn(2, weight.shape[1])
            found[f"{layer}.lora_B.weight"] = torch.randn(weight.shape[0], 2)
    save_file(found, folder / "pytorch_lora_weights.safetensors")


def save_fp16_vae(folder: Path, zoo: Path, model_id: str) -> None:
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    for file in (snapshot / "vae").iterdir():
        shutil.copy(file, folder / file.name)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "force_upcast": False}))
