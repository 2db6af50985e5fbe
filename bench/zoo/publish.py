"""Last step: put what was trained where the package keeps it, in fp16 and stored once."""

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
}


def publish(out: Path, weights: Path) -> None:
    """Copy `out`'s pipeline (with the f32 VAE if there is one) and scorer into `weights`."""
    weights.mkdir(parents=True, exist_ok=True)
    large = out / "vae512"
    parts = {f"sd15/{part.name}": part for part in sorted((out / "sd15").iterdir())}
    parts["sd15/vae"] = large if large.exists() else out / "vae"
    _replace(weights / "sd15", {name.removeprefix("sd15/"): path for name, path in parts.items()})
    _replace(weights / "scorer", {path.name: path for path in (out / "scorer").iterdir()})
    index = {
        "version": INDEX_VERSION,
        "pipelines": {name: {"ids": ids, "folder": name} for name, ids in IDS.items()},
        "scorer": "scorer",
    }
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
