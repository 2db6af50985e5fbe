"""Plans that must not be tried, each with its reason in one sentence."""

import pytest
from factories import CPU, GPU, plan, site, situation, step

from diffagent_mcp.knowledge.rules import is_valid, problems
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import CallSite, Plan, Position

AT = Position(line=1, column=0)


def call(**keywords: str) -> CallSite:
    return CallSite(start=AT, end=AT, receiver="pipe", keywords=keywords)


@pytest.mark.parametrize(
    ("bad", "where", "reason"),
    [
        (plan(step("warp_drive")), situation(), "unknown method 'warp_drive'"),
        (plan(step("deepcache"), step("tgate")), situation(), "cannot be combined with tgate"),
        (plan(step("sampler"), step("sampler")), situation(), "appears twice"),
        (plan(step("deepcache", interval=99)), situation(), "deepcache.interval"),
        (plan(step("sampler", steps=30)), situation(steps=20), "more than the script's own 20 steps"),
        (plan(step("sampler", name="keep", steps=50)), situation(), "changes nothing"),
        (plan(step("precision", dtype="float16")), situation(device=CPU), "emulated on a CPU"),
        (plan(step("tgate")), situation(guidance_scale=1.0), "needs guidance_scale above 1"),
        (plan(step("guidance_cutoff")), situation(guidance_scale=1.0), "guidance is already off"),
        (plan(step("guidance_cutoff")), situation(images_per_call=4), "last prompt of a batch"),
        (
            plan(step("guidance_cutoff")),
            situation(pipeline=site(calls=(call(callback_on_step_end="log"),))),
            "already passes its own callback_on_step_end",
        ),
        (
            plan(step("sampler", steps=20)),
            situation(pipeline=site(calls=(call(timesteps="[999, 500]"),))),
            "its own timesteps or sigmas",
        ),
        (plan(step("deepcache")), situation(pipeline_class="PixArtAlphaPipeline"), "needs a unet denoiser"),
        (plan(step("deepcache")), situation(pipeline=site(applied=("deepcache",))), "already uses it"),
        (plan(step("deepcache")), situation(pipeline=site(applied=("tgate",))), "which the script already uses"),
    ],
)
def test_a_bad_plan_is_refused_with_its_reason(bad: Plan, where: Situation, reason: str) -> None:
    sentences = [p.message for p in problems(bad, where)]
    assert any(reason in s for s in sentences), sentences
    assert not is_valid(bad, where)


@pytest.mark.parametrize(
    ("good", "where"),
    [
        (plan(step("sampler", name="dpmpp_2m", steps=20)), situation()),
        (plan(step("sampler", name="unipc", steps=20), step("deepcache", interval=2, branch=0)), situation()),
        (plan(step("sampler", steps=20), step("deepcache")), situation(scheduler="HeunDiscreteScheduler")),
        (plan(step("precision", dtype="float16")), situation(device=GPU)),
        (plan(step("precision", dtype="bfloat16")), situation(device=CPU)),
    ],
)
def test_a_good_plan_has_no_problems(good: Plan, where: Situation) -> None:
    assert problems(good, where) == []
    assert is_valid(good, where)


def test_the_empty_plan_is_no_candidate() -> None:
    assert not is_valid(Plan(), situation())
