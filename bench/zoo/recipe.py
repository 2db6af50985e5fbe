"""Which steps make each model, and the CPU minutes of one core that each took for the weights in the repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .hurried import draw_hurried
from .latents import encode_shards
from .train_controlnet import train_controlnet
from .train_graft import train_graft
from .train_scorer import train_scorer
from .train_transformer import train_dit, train_pixart
from .train_unet import train_unet
from .train_vae import train_vae

MINUTES = {
    "vae": 6.0,
    "vae512 decoder": 17.0,
    "vae512 encoder": 3.0,
    "sd15": 46.0,
    "scorer": 25.0,
    "vae1024 decoder": 0.0,
    "vae1024 encoder": 0.0,
    "sdxl": 8.0,
    "vae256 decoder": 0.0,
    "vae256 encoder": 0.0,
    "dit": 30.0,
    "sd21": 6.0,
    "vae256fold decoder": 1.5,
    "vae256fold encoder": 0.3,
    "pixart": 45.0,
    "sigma": 4.0,
    "controlnet": 10.0,
}
FOLDERS: dict[str, tuple[str, ...]] = {
    "vae": (),
    "sd15": ("sd15",),
    "scorer": ("scorer",),
    "sdxl": ("sdxl",),
    "dit": ("dit256", "dit512"),
    "sd21": ("sd21",),
    "pixart": ("pixart",),
    "sigma": ("sigma",),
    "controlnet": ("controlnet",),
}
"""The pipelines each model gives."""

GRAFTS = {"vae": "vae512", "sdxl": "vae1024", "dit": "vae256", "pixart": "vae256fold"}
"""The autoencoder that is made before each model."""


def train_model(model: str, out: Path, minutes: float | None, prompts: Path) -> None:
    """Take all steps of one model in `out`, for `minutes` or its usual time; what is done is left as it is."""

    def time_for(step: str) -> float:
        return minutes if minutes and step == model else MINUTES[step]

    if model == "vae":
        train_vae(out, time_for("vae"))
    for half in ("decoder", "encoder") if model in GRAFTS else ():
        train_graft(out, time_for(f"{GRAFTS[model]} {half}"), half, GRAFTS[model])
    for stock in {"sd15": ("latents",), "sd21": ("latents24",)}.get(model, ()):
        encode_shards(out, stock)
    trainers: dict[str, Callable[[float], None]] = {
        "sd15": lambda spend: train_unet("sd15", out, spend),
        "sd21": lambda spend: train_unet("sd21", out, spend),
        "sdxl": lambda spend: train_unet("sdxl", out, spend),
        "scorer": lambda spend: train_scorer(out, spend),
        "dit": lambda spend: train_dit(out, spend),
        "pixart": lambda spend: train_pixart("pixart", out, spend),
        "sigma": lambda spend: train_pixart("sigma", out, spend),
        "controlnet": lambda spend: train_controlnet(out, spend),
    }
    if model in trainers:
        trainers[model](time_for(model))
    if model == "sd15":
        draw_hurried(out, prompts)
