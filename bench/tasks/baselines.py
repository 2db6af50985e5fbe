"""The 31 baselines of L4 and L5, with the menu of methods that may make each of them faster.

Chosen by hand, so that every pipeline has one and that the menus name each method as often as the published sums need
beside L2 and L3 (allocate.py): DeepCache in 22 of them, ToMe 20, T-GATE 12, DDIM 7, DPM-Solver 5, UniPC 5. A menu
may hold methods that exclude each other; a baseline whose menu has no `sampler` keeps scheduler and steps.
"""

from dataclasses import dataclass

from ...knowledge.pipelines import CARDS, Card, Mode
from .allocate import DDIM, DPM, UNIPC

_EULER = "EulerDiscreteScheduler"


@dataclass(frozen=True)
class Baseline:
    """A plain pipeline, and what may be done to it."""

    family: str
    steps: int
    menu: tuple[str, ...]
    scheduler: str | None = None
    suggested: tuple[str, ...] = ()
    """samplers that the menu names"""
    size: int | None = None
    """None: the checkpoint's own"""
    mode: Mode | None = None

    @property
    def card(self) -> Card:
        mode = self.mode or ("class2img" if self.family == "dit" else "text2img")
        return next(c for c in CARDS if c.family == self.family and c.mode == mode)


def _menu(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_SD15 = (
    Baseline("sd15", 50, _menu("deepcache tome tgate precision sampler fused_qkv"), DDIM),
    Baseline("sd15", 50, _menu("deepcache tome precision sampler")),
    Baseline("sd15", 50, _menu("deepcache sampler"), DDIM, (DPM,)),
    Baseline("sd15", 30, _menu("deepcache tgate sampler")),
    Baseline("sd15", 40, _menu("tome tgate sampler"), DDIM, (UNIPC,)),
    Baseline("sd15", 50, _menu("deepcache tome fused_qkv"), _EULER),
    Baseline("sd15", 50, _menu("deepcache tome sampler"), None, (DPM, UNIPC)),
    Baseline("sd15", 50, _menu("deepcache tgate precision channels_last"), DDIM),
    Baseline("sd15", 50, _menu("deepcache tome sampler"), mode="img2img"),
)
_SD21 = (
    Baseline("sd21", 50, _menu("deepcache tome tgate precision sampler"), DDIM),
    Baseline("sd21", 50, _menu("deepcache tome sampler"), None, (DPM,), size=512),
    Baseline("sd21", 50, _menu("deepcache precision sampler"), _EULER),
    Baseline("sd21", 40, _menu("deepcache tome tgate sampler"), None, (UNIPC,)),
    Baseline("sd21", 50, _menu("deepcache tome fused_qkv"), DDIM, size=512),
    Baseline("sd21", 50, _menu("tome tgate precision sampler")),
    Baseline("sd21", 30, _menu("deepcache tome channels_last sampler"), size=512),
    Baseline("sd21", 50, _menu("deepcache tome sampler"), mode="img2img"),
)
_SDXL = (
    Baseline("sdxl", 50, _menu("deepcache tome tgate precision sampler fused_qkv")),
    Baseline("sdxl", 50, _menu("deepcache tome sampler"), DDIM),
    Baseline("sdxl", 40, _menu("deepcache sampler"), None, (DPM,)),
    Baseline("sdxl", 30, _menu("tome tgate sampler")),
    Baseline("sdxl", 50, _menu("deepcache tome fused_qkv"), _EULER),
    Baseline("sdxl", 50, _menu("deepcache tome precision sampler"), None, (UNIPC,)),
    Baseline("sdxl", 50, _menu("tome precision sampler")),
    Baseline("sdxl", 50, _menu("deepcache tome sampler"), mode="img2img"),
)
_OTHERS = (
    Baseline("pixart_alpha", 40, _menu("tgate precision sampler")),
    Baseline("pixart_alpha", 50, _menu("tgate sampler"), _EULER),
    Baseline("pixart_sigma", 40, _menu("precision sampler"), None, (UNIPC,)),
    Baseline("pixart_sigma", 50, _menu("tgate precision sampler"), _EULER),
    Baseline("controlnet", 50, _menu("deepcache precision sampler")),
    Baseline("dit", 50, _menu("precision sampler"), None, (DPM,)),
)
BASELINES = {f"B{n:02}": b for n, b in enumerate((*_SD15, *_SD21, *_SDXL, *_OTHERS), 1)}
