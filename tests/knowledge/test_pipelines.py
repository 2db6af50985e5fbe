"""What is known of pipelines before anything runs, and what their live objects add."""

import pytest
from factories import CPU, LIBRARIES, call_site, site, situation, trace

from diffagent_mcp.knowledge.pipelines import (
    CANONICAL,
    CARDS,
    EVERY_CARD,
    NEWCOMERS,
    any_card_for,
    card_for,
    class_behind,
)
from diffagent_mcp.knowledge.situation import recorded, situation_at
from diffagent_mcp.knowledge.types import DenoiserFacts

OWN = DenoiserFacts(
    attribute="net", denoiser_class="OurNet", backbone="dit", cross_attention=True, blocks=12, prediction="flow"
)


def test_no_checkpoint_has_two_cards_in_one_mode() -> None:
    keys = [(c.pipeline_class, c.model_id) for c in EVERY_CARD]
    assert len(set(keys)) == len(keys) == len(CARDS) + len(NEWCOMERS)


def test_newcomers_are_known_but_no_script_is_written_for_them() -> None:
    flux = any_card_for("FluxPipeline", "black-forest-labs/FLUX.1-schnell")
    assert flux is not None and flux.title == "FLUX.1 schnell" and flux.steps == 28
    assert card_for("FluxPipeline") is None and flux.model_id not in CANONICAL


@pytest.mark.parametrize("card", EVERY_CARD, ids=lambda c: f"{c.pipeline_class}-{c.model_id}")
def test_every_card_is_found_by_class_and_id(card: object) -> None:
    for model_id in (card.model_id, *card.aliases):  # type: ignore[attr-defined]
        assert any_card_for(card.pipeline_class, model_id) == card  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("loader", "model_id", "found"),
    [
        ("AutoPipelineForText2Image", "stabilityai/sdxl-turbo", "StableDiffusionXLPipeline"),
        ("AutoPipelineForImage2Image", "stabilityai/sdxl-turbo", "StableDiffusionXLImg2ImgPipeline"),
        ("AutoPipelineForText2Image", "runwayml/stable-diffusion-v1-5", "StableDiffusionPipeline"),
        ("DiffusionPipeline", "THUDM/CogVideoX-2b", "CogVideoXPipeline"),
        ("AutoPipelineForText2Image", "somebody/finetune", "AutoPipelineForText2Image"),
        ("FluxPipeline", "stabilityai/sdxl-turbo", "FluxPipeline"),
    ],
)
def test_a_loader_for_any_checkpoint_has_the_checkpoints_class(loader: str, model_id: str, found: str) -> None:
    assert class_behind(loader, model_id) == found


def test_a_checkpoint_nobody_knows_has_its_classs_first_card() -> None:
    found = any_card_for("WanPipeline", "somebody/finetune")
    assert found is not None and found.family == "wan" and any_card_for("OurOwnPipeline") is None


@pytest.mark.parametrize(
    ("pipeline_class", "backbone", "denoiser", "is_flow"),
    [
        ("StableDiffusionPipeline", "unet", "unet", False),
        ("PixArtSigmaPipeline", "dit", "transformer", False),
        ("FluxPipeline", "dit", "transformer", True),
        ("StableCascadeCombinedPipeline", "unet", "decoder", False),
        ("WanPipeline", "dit", "transformer", True),
        ("AudioLDM2Pipeline", "unet", "unet", False),
    ],
)
def test_what_a_card_says_of_the_denoiser(pipeline_class: str, backbone: str, denoiser: str, is_flow: bool) -> None:
    here = situation_at(site(pipeline_class=pipeline_class), CPU, LIBRARIES)
    assert (here.backbone, here.denoiser, here.flow) == (backbone, denoiser, is_flow)


def test_a_class_without_a_card_is_what_its_live_object_shows() -> None:
    before = situation(pipeline_class="OurOwnPipeline")
    assert (before.backbone, before.denoiser, before.flow) == ("unknown", "transformer", False)
    here = recorded(before, trace(pipeline_class="OurOwnPipeline", facts=OWN))
    assert (here.backbone, here.denoiser, here.flow) == ("dit", "net", True)


def test_the_live_object_overrules_the_card_where_it_says_something() -> None:
    here = situation(pipeline_class="StableDiffusionPipeline", facts=OWN)
    assert (here.backbone, here.denoiser, here.flow) == ("unet", "net", True)


@pytest.mark.parametrize(
    ("pipeline_class", "keywords", "scale"),
    [
        ("FluxPipeline", {"guidance_scale": "3.5"}, 1.0),
        ("FluxPipeline", {"guidance_scale": "3.5", "true_cfg_scale": "4.0"}, 4.0),
        ("FluxPipeline", {"true_cfg_scale": "SCALE"}, 1.0),
        ("QwenImagePipeline", {}, 4.0),
        ("Flux2Pipeline", {"guidance_scale": "4.0"}, 1.0),
        ("StableDiffusion3Pipeline", {"guidance_scale": "3.5"}, 3.5),
    ],
)
def test_the_scale_that_a_distilled_model_is_given_is_not_guidance(
    pipeline_class: str, keywords: dict[str, str], scale: float
) -> None:
    given = keywords.get("guidance_scale")
    call = call_site(steps=20, guidance_scale=float(given) if given else None).model_copy(update={"keywords": keywords})
    here = situation_at(site(pipeline_class=pipeline_class, calls=(call,)), CPU, LIBRARIES)
    assert here.guidance_scale == scale
    ran = trace(pipeline_class=pipeline_class, guidance_scale=float(given) if given else None)
    assert recorded(here, ran).guidance_scale == scale
