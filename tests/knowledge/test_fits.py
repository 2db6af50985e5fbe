"""What fits which pipeline, and what is written for it."""

import pytest
from factories import CPU, GPU, LIBRARIES, call_site, plan, profile, site, situation, step, trace
from pipelines import CASES, Case

from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS
from diffagent_mcp.knowledge.pipelines import EVERY_CARD
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.signatures import SIGNATURES, signature_of
from diffagent_mcp.knowledge.situation import BACKBONES, Situation, measured, situation_at
from diffagent_mcp.knowledge.steps import denoiser_calls, run_of
from diffagent_mcp.knowledge.types import Step

_EDITORS = ("FluxKontextPipeline", "QwenImageEditPipeline")
"""they are given a picture and run every step"""
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)


def at(pipeline_class: str, **changes: object) -> Situation:
    usual = signature_of(pipeline_class)
    known = situation(
        pipeline=site(pipeline_class=pipeline_class),
        pipeline_class=pipeline_class,
        scheduler="PNDMScheduler",
        strength=usual.strength,
        guidance_scale=usual.guidance_scale,
    )
    return known.model_copy(update=changes)


def written(pipeline_class: str, one: Step) -> str:
    change = change_for(plan(one), at(pipeline_class))
    names = " ".join(i.name or i.module for i in change.imports)
    return " | ".join([names, *change.setup, change.scheduler or "", *change.call_keywords.values()])


@EVERY
def test_the_methods_that_fit_are_the_ones_that_run(case: Case) -> None:
    fitting = {m.slug for m in METHODS if rules.unusable(m, at(case.pipeline_class)) is None}
    assert fitting == {*case.fits.split(), *case.parts, "precision", "compile"}


def test_cards_and_signatures_say_the_same() -> None:
    assert set(SIGNATURES) == set(BACKBONES) == {c.pipeline_class for c in EVERY_CARD}
    for card in EVERY_CARD:
        usual = signature_of(card.pipeline_class)
        assert (card.steps, card.guidance_scale) == (usual.steps, usual.guidance_scale)
        assert usual.strength is None or card.mode in ("img2img", "inpaint")
        assert usual.strength is not None or card.mode != "img2img" or card.pipeline_class in _EDITORS


@pytest.mark.parametrize(
    ("pipeline_class", "one", "part"),
    [
        ("StableDiffusionXLPipeline", step("tgate"), "pipe} = TgateSDXLLoader({pipe})"),
        ("PixArtAlphaPipeline", step("tgate"), "TgatePixArtAlphaLoader({pipe})"),
        ("PixArtSigmaPipeline", step("tgate"), "TgatePixArtSigmaLoader({pipe})"),
        ("StableDiffusionXLImg2ImgPipeline", step("guidance_cutoff"), "SDXLCFGCutoffCallback(cutoff_step_ratio=None"),
        ("StableDiffusionImg2ImgPipeline", step("guidance_cutoff", after=0.5), "cutoff_step_index=19)"),
        ("DiTPipeline", step("tome", max_downsample=2), "apply_patch({pipe}.transformer, ratio=0.5"),
        ("PixArtSigmaPipeline", step("fused_qkv"), "{pipe}.transformer.fuse_qkv_projections()"),
        ("StableDiffusionXLPipeline", step("fused_qkv"), "| {pipe}.fuse_qkv_projections()"),
        ("DiTPipeline", step("compile", scope="whole"), "{pipe}.transformer = torch.compile({pipe}.transformer)"),
        ("StableDiffusionControlNetPipeline", step("precision"), "{pipe}.to(dtype=torch.float16)"),
        (
            "PixArtAlphaPipeline",
            step("sampler", name="ddim"),
            "from_config({pipe}.scheduler.config, clip_sample=False)",
        ),
        ("StableDiffusionXLPipeline", step("sampler", name="unipc"), "UniPCMultistepScheduler.from_config({pipe}."),
        ("KandinskyV22CombinedPipeline", step("deepcache"), "SafeDeepCache(pipe={pipe})"),
    ],
)
def test_what_is_written_is_this_pipelines_own(pipeline_class: str, one: Step, part: str) -> None:
    assert part in written(pipeline_class, one)


@pytest.mark.parametrize(
    ("pipeline_class", "one", "reason"),
    [
        ("StableDiffusionXLPipeline", step("tome", max_downsample=1), "no attention at full latent size"),
        ("DiTPipeline", step("tome", max_downsample=1), "patches of 2x2 latents"),
        ("FluxPipeline", step("tome"), "no blocks that tomesd knows"),
        ("DiTPipeline", step("fused_qkv"), "has no fuse_qkv_projections"),
        ("KandinskyV22CombinedPipeline", step("fused_qkv"), "added key and value projections"),
        ("KandinskyV22CombinedPipeline", step("tome"), "no blocks that tomesd knows"),
        ("Kandinsky3Pipeline", step("deepcache"), "no `downsamplers`"),
        ("DiTPipeline", step("tgate"), "no loader for DiTPipeline"),
        ("StableDiffusionControlNetPipeline", step("tgate"), "no loader for StableDiffusionControlNet"),
        ("StableDiffusionControlNetPipeline", step("guidance_cutoff"), "leaves the conditioning image doubled"),
        ("PixArtSigmaPipeline", step("deepcache"), "needs a unet denoiser"),
        ("DiTPipeline", step("sampler", name="euler"), "noise of unit size"),
        ("StableDiffusionXLImg2ImgPipeline", step("sampler", name="keep", steps=4), None),
    ],
)
def test_what_does_not_fit_says_why(pipeline_class: str, one: Step, reason: str | None) -> None:
    found = [p.message for p in rules.problems(plan(one), at(pipeline_class, device=GPU))]
    assert any(reason in f for f in found) if reason else not found, found


@pytest.mark.parametrize(
    ("calls", "own"),
    [
        ((call_site(strength=0.6, steps=20),), True),
        ((call_site(strength=0.6, steps=20), call_site(strength=0.3, steps=20)), False),
        ((call_site(strength=0.6, steps=2), call_site(strength=0.6, steps=20)), False),
        ((call_site(strength=None, steps=20),), False),
    ],
)
def test_a_cache_is_not_carried_from_one_strength_to_another(calls: tuple[object, ...], own: bool) -> None:
    here = at("StableDiffusionImg2ImgPipeline")
    here = here.model_copy(update={"pipeline": here.pipeline.model_copy(update={"calls": calls})})
    assert rules.problems(plan(step("deepcache")), here) == []
    assert ("DeepCacheSDHelper(" in change_for(plan(step("deepcache")), here).setup[0]) is own


def test_of_few_steps_none_may_be_left_at_a_low_strength() -> None:
    here = at("StableDiffusionXLImg2ImgPipeline", strength=0.2)
    assert "none is left at strength 0.2" in rules.problems(plan(step("sampler", steps=4)), here)[0].message
    assert run_of(20, 0.2) == 4 and run_of(20, None) == 20


@pytest.mark.parametrize(
    ("scheduler", "steps", "strength", "calls"),
    [
        ("DDIMScheduler", 20, None, 20),
        ("DDIMScheduler", 20, 0.6, 12),
        ("PNDMScheduler", 10, 0.6, 7),
        ("HeunDiscreteScheduler", 10, None, 19),
        ("HeunDiscreteScheduler", 10, 0.6, 11),
    ],
)
def test_calls_of_the_denoiser(scheduler: str, steps: int, strength: float | None, calls: int) -> None:
    assert denoiser_calls(scheduler, steps, strength) == calls


def test_a_call_that_ends_on_the_way_is_proven_in_proportion() -> None:
    sampler, before = CATALOGUE["sampler"](name="keep", steps=25), trace(denoiser_calls=40, part=True)  # type: ignore[call-arg]
    shown = before.model_copy(update={"requested_steps": 25, "denoiser_calls": 20})
    assert sampler.unproven(shown, before) is None
    assert "12 denoiser calls" in str(sampler.unproven(shown.model_copy(update={"denoiser_calls": 12}), before))


def test_before_anything_ran_the_pipelines_own_defaults_hold() -> None:
    silent = site(pipeline_class="PixArtSigmaPipeline", calls=(call_site(),))
    here = situation_at(silent, CPU, LIBRARIES)
    assert (here.steps, here.guidance_scale, here.strength) == (20, 4.5, None)
    image = site(pipeline_class="StableDiffusionXLImg2ImgPipeline", calls=(call_site(steps=30, guidance_scale=0.0),))
    here = situation_at(image, CPU, LIBRARIES)
    assert (here.steps, here.guidance_scale, here.strength) == (30, 0.0, 0.3)


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (step("deepcache", interval=2, branch=1), {"interval": 2, "branch": 1}),
        (step("tome", ratio=0.3, max_downsample=2), {"ratio": 0.3, "max_downsample": 2}),
        (step("tgate", gate=0.4), {"gate_step": 10, "sp_interval": 1, "fi_interval": 1}),
        (step("guidance_cutoff", after=0.6), {"index": 14}),
        (step("precision", dtype="bfloat16"), {"dtype": "bfloat16"}),
        (step("fused_qkv"), {}),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_settings_as_code_shows_them(one: Step, shown: dict[str, object]) -> None:
    method = CATALOGUE[one.method](**one.params)  # type: ignore[arg-type]
    assert method.written(25, plan(one)) == shown


def test_what_was_measured_overrules_what_was_read() -> None:
    image = site(pipeline_class="StableDiffusionImg2ImgPipeline", calls=(call_site(steps=30, strength=0.5),))
    known = situation_at(image, CPU, LIBRARIES)
    assert (known.steps, known.strength, known.guidance_scale) == (30, 0.5, 7.5)
    ran = profile(trace=trace(requested_steps=20, strength=0.9, guidance_scale=0.0), images_per_call=2)
    here = measured(known, ran)
    assert (here.steps, here.strength, here.guidance_scale, here.images_per_call) == (20, 0.9, 0.0, 2)
    assert here.stages == ran.stages
