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


def any_card_for(pipeline_class: str, model_id: str | None = None) -> Card | None:
    """The same, among the newcomers too."""
    of_class = [c for c in EVERY_CARD if c.pipeline_class == pipeline_class]
    exact = (c for c in of_class if model_id in (c.model_id, *c.aliases))
    return next(exact, of_class[0] if of_class else None)
