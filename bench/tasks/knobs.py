"""What a place of the allocation leaves open: steps, size, parameters, the subject of the picture."""

import random
from collections.abc import Iterator

from ...knowledge.pipelines import Card
from ...knowledge.types import Attributes, Scalar, Step
from ..zoo.world import draw_captions
from .allocate import DDIM, SAMPLERS, Place

_EULER = "EulerDiscreteScheduler"
LABELS = ("golden retriever", "macaw", "volcano", "goldfish", "balloon", "lemon")
"""ImageNet classes, by the first of their names"""


def captions(seed: int) -> Iterator[str]:
    """Subjects that the zoo's models have learnt; none twice."""
    return draw_captions(seed, set())


def drawn(place: Place, rng: random.Random) -> Attributes:
    """The attributes that the request will say: parameters that are not drawn stay unsaid, and are not compared."""
    card = place.card
    steps = rng.choice(_steps(place))
    size = _size(card, rng)
    scheduler = next((n for n in place.names if n in SAMPLERS), None)
    if place.level == 1 and card.backbone == "unet" and rng.random() < 0.3:
        scheduler = _EULER
    return Attributes(
        pipeline_class=card.pipeline_class,
        model_id=card.model_id,
        controlnet_id=card.controlnet_id,
        scheduler=scheduler,
        steps=steps,
        width=size,
        height=size,
        methods=tuple(_step(n, steps, card, rng) for n in place.names if n not in SAMPLERS),
        preprocessors=card.preprocessors,
    )


def _steps(place: Place) -> tuple[int, ...]:
    """Few where arithmetic is slow on a CPU; tens where a gate at a tenth of them is a whole step."""
    if "float16" in place.names:
        return (20,)
    fast = any(n in SAMPLERS and n != DDIM for n in place.names)
    if "tgate" in place.names:
        return (20, 30) if fast else (20, 30, 40, 50)
    if fast:
        return (20, 25, 30)
    return (30, 40, 50) if DDIM in place.names else (20, 25, 30, 40, 50)


def _size(card: Card, rng: random.Random) -> int:
    return rng.choice(card.sizes)


def _step(name: str, steps: int, card: Card, rng: random.Random) -> Step:
    """A method with the parameters that are said; two in three requests say some."""
    if name in ("float16", "bfloat16"):
        return Step(method="precision", params={"dtype": name})
    said: dict[str, Scalar] = {}
    if rng.random() < 0.7:
        said = {"deepcache": _deepcache, "tome": _tome, "tgate": _tgate}.get(name, _nothing)(card, rng)
    return Step(method=name, params=said)


def _deepcache(card: Card, rng: random.Random) -> dict[str, Scalar]:
    said: dict[str, Scalar] = {"interval": rng.choice((2, 3, 3, 4, 5))}
    return {**said, "branch": rng.choice((0, 1))} if rng.random() < 0.25 else said


def _tome(card: Card, rng: random.Random) -> dict[str, Scalar]:
    said: dict[str, Scalar] = {"ratio": rng.choice((0.2, 0.3, 0.4, 0.5, 0.6))}
    # SDXL has no attention at the first level: 1 would merge nothing.
    deepest = (2, 4) if card.family == "sdxl" else (1, 2)
    return {**said, "max_downsample": rng.choice(deepest)} if rng.random() < 0.2 else said


def _tgate(card: Card, rng: random.Random) -> dict[str, Scalar]:
    said: dict[str, Scalar] = {"gate": rng.choice((0.3, 0.4, 0.5, 0.6, 0.7))}
    return {**said, "sp_interval": rng.choice((1, 2)), "fi_interval": 1} if rng.random() < 0.2 else said


def _nothing(card: Card, rng: random.Random) -> dict[str, Scalar]:
    return {}
