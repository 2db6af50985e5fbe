"""Pipeline cards: what is known of each pipeline class before anything runs. One card a checkpoint and mode.

`CARDS` are the pipelines that scripts can be written for and that the benchmark asks for, in its order. `NEWCOMERS`
are the others that people use: they are read, measured and accelerated, and no script is written for them.
"""

from types import MappingProxyType

from .card import Card, Guided, Mode
from .conditioned import CONDITIONED
from .pictures import PICTURES
from .sequences import SEQUENCES
from .trained import CARDS

__all__ = [
    "CANONICAL",
    "CARDS",
    "CARD_OF",
    "DRAW_CLASSES",
    "EVERY_CARD",
    "NEWCOMERS",
    "Card",
    "Guided",
    "Mode",
    "any_card_for",
    "card_for",
    "class_behind",
]

NEWCOMERS: tuple[Card, ...] = (*PICTURES, *CONDITIONED, *SEQUENCES)
EVERY_CARD: tuple[Card, ...] = (*CARDS, *NEWCOMERS)
CARD_OF = MappingProxyType({(c.pipeline_class, c.model_id): c for c in CARDS})
CANONICAL = MappingProxyType({a: c.model_id for c in CARDS for a in (c.model_id, *c.aliases)})
"""any id of the same weights -> the id on the card"""


DRAW_CLASSES = frozenset(c.pipeline_class for c in CARDS if c.mode == "class2img")
"""pipeline classes that draw classes where others read text"""


def card_for(pipeline_class: str, model_id: str | None = None) -> Card | None:
    """The card of a class and a checkpoint; the class's first card where the checkpoint is not known."""
    exact = CARD_OF.get((pipeline_class, CANONICAL.get(model_id or "", model_id or "")))
    return exact or next((c for c in CARDS if c.pipeline_class == pipeline_class), None)


_AUTO = MappingProxyType(
    {
        "DiffusionPipeline": "text2img",
        "AutoPipelineForText2Image": "text2img",
        "AutoPipelineForImage2Image": "img2img",
        "AutoPipelineForInpainting": "inpaint",
    }
)
"""loaders that take their class from the checkpoint -> the mode that they are asked for"""
_XL = ("sdxl", "stable-diffusion-xl")
"""in the names of checkpoints that are SDXL's, whoever made them"""


def class_behind(pipeline_class: str, model_id: str | None) -> str:
    """The class that such a loader gives for a checkpoint that is known; the loader's own name for others."""
    mode, told = _AUTO.get(pipeline_class), model_id or ""
    if mode is None:
        return pipeline_class
    # A checkpoint for clips or sound has no card in text2img: DiffusionPipeline loads it all the same.
    of_id = [c for c in EVERY_CARD if told in (c.model_id, *c.aliases) and c.controlnet_id is None]
    if not of_id and any(part in told.lower() for part in _XL):
        of_id = [c for c in EVERY_CARD if c.family in ("sdxl", "sdxl_inpaint")]
    fitting = [c for c in of_id if c.mode == mode] or (of_id if pipeline_class == "DiffusionPipeline" else [])
    return fitting[0].pipeline_class if fitting else pipeline_class


def any_card_for(pipeline_class: str, model_id: str | None = None) -> Card | None:
    """The same, among the newcomers too."""
    of_class = [c for c in EVERY_CARD if c.pipeline_class == pipeline_class]
    exact = (c for c in of_class if model_id in (c.model_id, *c.aliases))
    return next(exact, of_class[0] if of_class else None)
