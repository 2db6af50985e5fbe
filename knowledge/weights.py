"""How much memory a checkpoint's weights take, before anything is computed with them."""

from collections.abc import Mapping
from types import MappingProxyType

from .pipelines import Card
from .types import Record

BYTES = MappingProxyType({"float32": 4, "float16": 2, "bfloat16": 2})
SOURCE = "parameters counted from the models' published configurations"


class Weights(Record):
    """Parameters of one family's checkpoint, by part."""

    denoiser: int
    text: int = 0
    vae: int = 83_653_863
    controlnet: int = 0

    def megabytes(self, dtype: str) -> float:
        """All of them in one number format."""
        return (self.denoiser + self.text + self.vae + self.controlnet) * BYTES[dtype] / 1e6


_CLIP_L, _CLIP_G, _T5 = 123_060_480, 694_659_840, 4_762_310_656
_SD15 = Weights(denoiser=859_520_964, text=_CLIP_L)
WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        "sd15": _SD15,
        "controlnet": _SD15.model_copy(update={"controlnet": 361_279_120}),
        "sd21": Weights(denoiser=865_910_724, text=340_387_840),
        "sdxl": Weights(denoiser=2_567_463_684, text=_CLIP_L + _CLIP_G),
        "dit": Weights(denoiser=749_826_464),
        "pixart_alpha": Weights(denoiser=611_349_152, text=_T5),
        "flux1": Weights(denoiser=11_901_408_320, text=_CLIP_L + _T5, vae=83_819_683),
        "pixart_sigma": Weights(denoiser=610_856_096, text=_T5),
    }
)
"""by a card's family; the others are not counted yet"""


def weights_of(card: Card | None) -> Weights | None:
    """The weights of a card's checkpoint; None where they were not counted."""
    return WEIGHTS.get(card.family) if card is not None else None


def too_large(card: Card | None, dtype: str | None, memory_mb: float) -> bool:
    """Are the weights alone, as they are loaded, more than the memory? False where they were not counted."""
    weights = weights_of(card)
    return weights is not None and weights.megabytes(_loaded(dtype)) > memory_mb


def _loaded(dtype: str | None) -> str:
    """The format that weights are loaded in; the library's own default is the widest."""
    return dtype if dtype is not None and dtype in BYTES else "float32"


def memory_sentences(card: Card | None, dtype: str | None, memory_mb: float) -> tuple[str, ...]:
    """What a memory limit means for a checkpoint: do its weights alone fit, as they are and in half precision."""
    weights = weights_of(card)
    if card is None or weights is None:
        return ()
    now = _loaded(dtype)
    whole, half = weights.megabytes(now), weights.megabytes("float16")
    said = f"the weights of {card.title} take {whole / 1000:.1f} GB in {now} ({SOURCE})"
    if whole <= memory_mb:
        return (f"{said}; they fit into {memory_mb / 1000:g} GB, what is computed with them comes on top",)
    if half <= memory_mb:
        return (f"{said}, more than {memory_mb / 1000:g} GB; in half precision {half / 1000:.1f} GB, which fits",)
    return (f"{said}, and {half / 1000:.1f} GB in half precision: both are more than {memory_mb / 1000:g} GB",)
