"""A script made of attributes says those attributes again when it is read."""

import ast

import pytest

from diffagent_mcp.knowledge.pipelines import CARDS, Card
from diffagent_mcp.knowledge.types import Attributes, Step
from diffagent_mcp.tools.script.analyse import analyse
from diffagent_mcp.tools.script.compose import compose

CARD = pytest.mark.parametrize("card", CARDS, ids=lambda c: f"{c.family}-{c.mode}-{c.size}")


def attributes(card: Card, *methods: Step, scheduler: str | None = None) -> Attributes:
    return Attributes(
        pipeline_class=card.pipeline_class,
        model_id=card.model_id,
        controlnet_id=card.controlnet_id,
        scheduler=scheduler,
        steps=20,
        width=card.size,
        height=card.size,
        methods=methods,
        preprocessors=card.preprocessors,
    )


def composed(of: Attributes, prompt: str | None = None) -> str:
    made = compose(of, prompt)
    assert isinstance(made, str), made
    ast.parse(made)
    return made


@CARD
def test_every_card_has_a_script(card: Card) -> None:
    script = analyse("script.py", composed(attributes(card, scheduler="UniPCMultistepScheduler"), 'a "red" circle'))
    (site,) = script.pipelines  # pyright: ignore[reportAttributeAccessIssue]
    (call,) = site.calls
    assert (site.pipeline_class, site.model_id, site.scheduler) == (
        card.pipeline_class,
        card.model_id,
        "UniPCMultistepScheduler",
    )
    assert call.steps == 20
    assert (call.width == card.size) == (card.mode == "text2img")


@CARD
def test_half_precision_reaches_every_loader(card: Card) -> None:
    made = composed(attributes(card, Step(method="precision", params={"dtype": "bfloat16"})))
    assert made.count("torch.bfloat16") == (2 if card.controlnet_id else 1)
    assert "float32" not in made


def test_methods_are_written_as_everywhere() -> None:
    card = CARDS[0]
    made = composed(attributes(card, Step(method="deepcache", params={"interval": 2}), Step(method="tome")))
    assert "cache_interval=2" in made
    assert made.index("tomesd.apply_patch") < made.index("deepcache_helper.enable()")


def test_what_is_left_open_is_set_so_that_it_works() -> None:
    sdxl = next(c for c in CARDS if c.family == "sdxl")
    assert "max_downsample=2" in composed(attributes(sdxl, Step(method="tome")))
    assert "max_downsample=4" in composed(attributes(sdxl, Step(method="tome", params={"max_downsample": 4})))


@pytest.mark.parametrize(
    ("family", "methods", "word"),
    [
        ("pixart_alpha", ("deepcache",), "PixArtAlphaPipeline"),
        ("dit", ("deepcache",), "DiTPipeline"),
        ("sd15", ("deepcache", "tgate"), "combined"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(family: str, methods: tuple[str, ...], word: str) -> None:
    card = next(c for c in CARDS if c.family == family)
    refused = compose(attributes(card, *(Step(method=m) for m in methods)))
    assert word in getattr(refused, "message", "")


def test_canny_is_drawn_from_the_picture_beside_it() -> None:
    card = next(c for c in CARDS if c.controlnet_id)
    made = composed(attributes(card))
    assert 'load_image("input.png")' in made
    assert "cv2.Canny" in made


def test_an_unknown_class_is_refused_in_one_sentence() -> None:
    of = attributes(CARDS[0]).model_copy(update={"pipeline_class": "FluxPipeline"})
    assert compose(of) == compose(of, "anything")
    assert "FluxPipeline" in getattr(compose(of), "message", "")
