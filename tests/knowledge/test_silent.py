"""Every silent failure names a rule or a check that exists, and those that are pure are reproduced."""

import importlib

import pytest
from factories import GPU, call_site, plan, site, situation, step, trace

from diffagent_mcp.knowledge import library, proof, rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.methods.sampler import swap
from diffagent_mcp.knowledge.pipelines import CARDS, EVERY_CARD
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.silent import BY_SLUG, SILENT_FAILURES, SilentFailure
from diffagent_mcp.knowledge.steps import denoiser_calls
from diffagent_mcp.knowledge.types import Plan, Trace
from diffagent_mcp.knowledge.weights import WEIGHTS, memory_sentences, too_large
from diffagent_mcp.tools.script.analyse import analyse

EVERY = pytest.mark.parametrize("silent", SILENT_FAILURES, ids=lambda s: s.slug)
BEFORE = trace()


def exists(name: str) -> bool:
    """`tome.misfit`: the method has one of its own; `package.module:function`: it is there."""
    module, _, function = name.partition(":")
    if function:
        return callable(getattr(importlib.import_module(f"diffagent_mcp.{module}"), function, None))
    slug, _, part = name.partition(".")
    return slug in CATALOGUE and getattr(CATALOGUE[slug], part, None) is not getattr(Method, part)


@EVERY
def test_it_is_caught_by_something_that_exists(silent: SilentFailure) -> None:
    named = (*silent.rules, *silent.checks)
    assert named, f"{silent.slug} is caught by nothing"
    assert not [n for n in named if not exists(n)]
    assert set(silent.methods) <= set(CATALOGUE)
    assert (silent.caught == "both") == bool(silent.rules and silent.checks)


@EVERY
def test_it_is_a_sentence_with_a_place_and_a_repair(silent: SilentFailure) -> None:
    assert silent.sentence and silent.where and silent.repair
    assert not silent.sentence.endswith(".") and BY_SLUG[silent.slug] == silent


def test_a_name_that_does_not_exist_is_seen() -> None:
    assert not exists("warp.misfit") and not exists("knowledge.proof:no_such_check")
    assert not exists("channels_last.misfit")


def problems(of: Plan, **at: object) -> list[str]:
    return [p.message for p in rules.problems(of, situation(**at))]


REFUSED = {
    "ignored_callback": (plan(step("guidance_cutoff")), {"pipeline_class": "PixArtSigmaPipeline"}),
    "attention_backend_inert": (plan(step("attention_backend")), {"device": GPU}),
    "tome_merges_nothing": (plan(step("tome", max_downsample=1)), {"pipeline_class": "StableDiffusionXLPipeline"}),
    "deepcache_second_order": (plan(step("deepcache")), {"scheduler": "HeunDiscreteScheduler"}),
    "mag_cache_no_blocks": (plan(step("mag_cache")), {"pipeline_class": "StableDiffusionPipeline"}),
    "unscaled_noise": (plan(step("sampler", name="euler")), {"pipeline_class": "DiTPipeline"}),
    "cutoff_keeps_one_prompt": (plan(step("guidance_cutoff")), {"images_per_call": 4}),
}


@pytest.mark.parametrize("slug", REFUSED)
def test_a_rule_refuses_it_or_an_adapter_is_written(slug: str) -> None:
    of, at = REFUSED[slug]
    assert slug in BY_SLUG
    assert problems(of, **at) or change_for(of, situation(**at)).definitions


def test_a_stale_start_is_refused_or_begun_anew() -> None:
    calls = (call_site(strength=0.8, steps=50), call_site(strength=0.4, steps=50))
    pipeline = site(pipeline_class="StableDiffusionImg2ImgPipeline", calls=calls)
    at = {"pipeline": pipeline, "pipeline_class": pipeline.pipeline_class, "strength": 0.8}
    of = plan(step("deepcache"))
    assert problems(of, **at) or change_for(of, situation(**at)).definitions


SHOWN = {
    "swallowed_keyword": (Plan(), trace(swallowed=("guidance_rescal",))),
    "ignored_guidance_rescale": (Plan(), trace(swallowed=("guidance_rescale",))),
    "tome_merges_nothing": (plan(step("tome", ratio=0.5)), BEFORE),
    "deepcache_second_order": (plan(step("deepcache", interval=2)), trace(mid_block_calls=1)),
    "ignored_callback": (plan(step("guidance_cutoff", after=0.5)), BEFORE),
    "taylorseer_default_layers": (plan(step("taylorseer")), BEFORE),
    "mag_cache_no_blocks": (plan(step("mag_cache")), BEFORE),
    "hidden_second_call": (
        plan(step("sampler", name="dpmpp_2m", steps=20)),
        trace(scheduler_class="DPMSolverMultistepScheduler", denoiser_calls=39, requested_steps=20),
    ),
    "another_picture": (Plan(), trace(latent_shape=(2, 4, 8, 8))),
}


@pytest.mark.parametrize("slug", SHOWN)
def test_the_runners_record_gives_it_away(slug: str) -> None:
    of, seen = SHOWN[slug]
    assert slug in BY_SLUG
    assert isinstance(seen, Trace) and proof.unproven(of, seen, BEFORE)


def test_what_is_written_avoids_it() -> None:
    tome = change_for(plan(step("tome", max_downsample=2)), situation(device=GPU))
    assert "use_rand=False" in " ".join((*tome.setup, *tome.definitions))
    assert change_for(plan(step("tgate")), situation()).call_method == "tgate"
    assert "cache_identifiers" in " ".join(change_for(plan(step("taylorseer")), situation()).setup)
    assert "clip_sample=False" in swap("DDIMScheduler", "PixArtAlphaPipeline")
    assert denoiser_calls("HeunDiscreteScheduler", 10, None) == 19


def test_an_unread_negative_prompt_is_pointed_out() -> None:
    code = (
        "from diffusers import StableDiffusionPipeline\n"
        'pipe = StableDiffusionPipeline.from_pretrained("a/b")\n'
        'pipe("a fox", negative_prompt="blurry", guidance_scale=1.0).images[0]\n'
    )
    hazards = getattr(analyse("a.py", code), "pipelines")[0].hazards  # noqa: B009
    assert any("negative_prompt is not read" in h.sentence for h in hazards)


def test_the_library_holds_everything_once() -> None:
    pages = library.documents()
    slugs = [p.slug for p in pages]
    assert len(slugs) == len(set(slugs))
    assert {m.slug for m in METHODS} | set(BY_SLUG) <= set(slugs)
    assert all(p.title and p.text for p in pages)
    told = {p.text for p in pages if p.shelf == "backfire" and not p.slug.endswith("/clashes")}
    assert told == {b for m in METHODS for b in m.backfires}
    clashes = {p.method for p in pages if p.slug.endswith("/clashes")}
    assert clashes == {m.slug for m in METHODS if m.clashes}


def test_memory_of_weights() -> None:
    sdxl = next(c for c in CARDS if c.family == "sdxl")
    assert round(WEIGHTS["sdxl"].megabytes("float32"), -2) == 13_900
    assert too_large(sdxl, None, 12_000) and not too_large(sdxl, "float16", 12_000)
    assert "half precision 6.9 GB, which fits" in memory_sentences(sdxl, None, 12_000)[0]
    assert "both are more than" in memory_sentences(sdxl, None, 4_000)[0]
    assert "they fit into 24 GB" in memory_sentences(sdxl, None, 24_000)[0]
    assert memory_sentences(None, None, 12_000) == () and not too_large(None, None, 1)
    assert {c.family for c in CARDS} <= set(WEIGHTS) <= {c.family for c in EVERY_CARD}
