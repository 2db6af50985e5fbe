"""The judge on real processes and the zoo: every method is applied, proven and measured; what is inert is refused."""

import pytest
from factories import step
from world import PROMPTS, SOURCE, World

from diffagent_mcp.knowledge.catalogue import CATALOGUE
from diffagent_mcp.knowledge.rules import usable
from diffagent_mcp.knowledge.types import Candidate, Crashed, Evaluation, NotProven, Plan, Step
from diffagent_mcp.tools.measure.baseline import Baseline
from diffagent_mcp.tools.measure.judge import Judge
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.store import experience


def test_the_baseline_says_where_the_time_goes(world: World) -> None:
    base = world.judge.baseline()
    assert isinstance(base, Baseline)
    p = base.profile
    s = p.stages
    assert s.denoiser_calls == 12 and s.denoiser_s > s.text_encoder_s
    assert abs(s.text_encoder_s + s.denoiser_s + s.vae_s + s.rest_s - p.latency_s) < 0.25 * p.latency_s
    assert p.clip > 40 and len(p.clip_scores) == 4 and p.seed_distance > 0.02
    assert p.trace.requested_steps == 12 and p.trace.scheduler_class == "DDIMScheduler"


def test_the_script_as_it_is_loses_nothing(world: World) -> None:
    e = world.judge.evaluate(Candidate(plan=Plan(), code=SOURCE + "\n"))
    assert isinstance(e, Evaluation), e
    assert e.loss == pytest.approx(0.0, abs=1e-6) and e.drift == pytest.approx(0.0, abs=1e-3)
    assert e.speedup_interval.low < 1.4 and e.speedup_interval.high > 0.7, (
        "the interval is honest on a busy machine too"
    )


_ELSEWHERE = {"tiny_vae", "few_step_lora"}
"""whose weights are not among the zoo's"""
SETTINGS = {
    "timestep_spacing": step("timestep_spacing"),
    "sampler": step("sampler", name="dpmpp_2m", steps=6),
    "precision": step("precision", dtype="bfloat16"),
    "deepcache": step("deepcache", interval=3, branch=0),
    "tome": step("tome", ratio=0.5, max_downsample=1),
    "tgate": step("tgate", gate=0.5, sp_interval=1, fi_interval=1),
    "guidance_cutoff": step("guidance_cutoff", after=0.5),
    "guidance_interval": step("guidance_interval"),
    "taylorseer": step("taylorseer"),
    "pyramid_attention": step("pyramid_attention"),
    "fused_qkv": step("fused_qkv"),
    "channels_last": step("channels_last"),
}


@pytest.mark.parametrize("one", SETTINGS.values(), ids=SETTINGS.keys())
def test_every_method_runs_and_proves_itself(world: World, one: Step) -> None:
    e = world.verdict(one)
    assert isinstance(e, Evaluation), e
    lossless = one.method in ("fused_qkv", "channels_last")
    assert e.drift < 0.01 if lossless else e.drift > 0
    if one.method in ("sampler", "deepcache"):
        assert e.speedup_interval.high > 1.1, "half the work is faster, as far as a busy machine can tell"


@pytest.mark.slow
def test_compilation_runs_and_proves_itself(world: World) -> None:
    e = world.verdict(step("compile", scope="regional"))
    assert isinstance(e, Evaluation), e
    assert e.drift < 0.01 and e.first_image_s > e.latency_s


def test_what_a_search_may_use_here_is_run_here(world: World) -> None:
    """Methods of other backbones and devices have runs of their own: test_methods_reuse_run, test_methods_parts_run."""
    searched = {s for s in usable(world.here) if CATALOGUE[s].searched}
    assert searched - _ELSEWHERE == {*SETTINGS, "compile"}


@pytest.mark.parametrize(
    "plan",
    [
        (step("sampler", name="unipc", steps=6), step("deepcache", interval=2, branch=0)),
        (step("sampler", name="euler", steps=8), step("tgate", gate=0.5, sp_interval=1, fi_interval=1)),
        (step("deepcache", interval=3, branch=0), step("guidance_cutoff", after=0.5)),
        (step("sampler", name="keep", steps=6), step("tome", ratio=0.3, max_downsample=1), step("channels_last")),
    ],
    ids=lambda p: "+".join(s.method for s in p),
)
def test_combinations_run_and_prove_themselves(world: World, plan: tuple[Step, ...]) -> None:
    assert isinstance(world.verdict(*plan), Evaluation)


@pytest.mark.parametrize(
    ("one", "code", "sentence"),
    [
        (step("sampler", name="dpmpp_2m", steps=6), SOURCE.replace("=12", "=6"), "the live scheduler is DDIMScheduler"),
        (step("deepcache", interval=3, branch=0), SOURCE + "\n# deepcache\n", "nothing was reused"),
        (
            step("tome", ratio=0.5, max_downsample=1),
            SOURCE.replace(
                "image =", "import tomesd\ntomesd.apply_patch(pipe, ratio=0.5)\ntomesd.remove_patch(pipe)\nimage ="
            ),
            "nothing was merged",
        ),
        (
            step("tgate", gate=0.5, sp_interval=1, fi_interval=1),
            SOURCE.replace("steps=12", "steps=12, gate_step=6"),
            "the gate never closed",
        ),
        (step("fused_qkv"), SOURCE + "\n# fused\n", "no attention layer"),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_an_inert_method_is_refused(world: World, one: Step, code: str, sentence: str) -> None:
    verdict = world.judge.evaluate(Candidate(plan=Plan(steps=(one,)), code=code))
    assert isinstance(verdict, NotProven) and sentence in verdict.message, verdict


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (SOURCE.replace("=12", "=6"), "6 denoiser calls instead of 12"),
        (SOURCE.replace("steps=12", "steps=12, guidance_scale=1.0"), "guidance scale 1.0 instead of 7.5"),
        (SOURCE.replace("steps=12", "steps=12, height=256, width=256"), "another resolution"),
        (SOURCE.replace("steps=12", "steps=12, fast=True"), "swallows fast"),
    ],
)
def test_a_change_that_is_not_in_the_plan_is_refused(world: World, code: str, sentence: str) -> None:
    verdict = world.judge.evaluate(Candidate(plan=Plan(), code=code))
    assert isinstance(verdict, NotProven) and sentence in verdict.message, verdict


def test_a_verdict_is_kept_and_served(world: World) -> None:
    candidate = world.written(SETTINGS["fused_qkv"])
    first = world.judge.evaluate(candidate)
    assert world.judge.known(candidate) == first
    other = world.written(step("fused_qkv"), step("channels_last"))
    assert other.code != candidate.code and world.judge.known(other, "final") is None


def test_final_keeps_its_pictures_for_the_report(world: World) -> None:
    candidate = world.written(SETTINGS["channels_last"])
    e = world.judge.evaluate(candidate, "final")
    assert isinstance(e, Evaluation) and e.protocol == "final"
    before, after = world.judge.pair(candidate)
    assert len(before) == len(after) == 4 and before[0].startswith(b"\x89PNG")


def test_the_baseline_comes_back_from_the_store_whole(world: World) -> None:
    fresh = Judge(
        subject=world.judge.subject,
        environment=world.judge.environment,
        protocols=world.judge.protocols,
        runner=lambda: pytest.fail("nothing needs to run"),
        scorer=lambda: pytest.fail("nothing needs a score"),
        store=world.judge.store,
        limits=world.judge.limits,
    )
    assert fresh.baseline() == world.judge.baseline()


def test_the_scorer_prefers_the_right_caption_and_sees_damage(world: World, scorer: Scorer) -> None:
    base = world.judge.baseline()
    assert isinstance(base, Baseline)
    shape = (4, *base.size, 3)
    pixels = b"".join(base.pictures)
    right = scorer.clip(pixels, shape, PROMPTS)
    wrong = scorer.clip(pixels, shape, ("a purple ring on a pink background",) * 4)
    assert sum(right) > sum(wrong) + 40
    assert scorer.distances(pixels, pixels, shape) == pytest.approx([0.0] * 4, abs=1e-9)
    grey = bytes([128]) * len(pixels)
    assert min(scorer.distances(pixels, grey, shape)) > 0.05


def test_a_failure_is_remembered_as_well(world: World) -> None:
    plan = Plan(steps=(step("deepcache", interval=5, branch=0),))
    verdict = world.judge.evaluate(
        Candidate(plan=plan, code=SOURCE.replace("image =", "raise ValueError('no')\nimage ="))
    )
    assert isinstance(verdict, Crashed), verdict
    (one,) = (s for s in experience.setbacks_of_class(world.judge.store, world.here.pipeline_class) if s.plan == plan)
    assert (one.failure, one.sentence) == ("crashed", verdict.message) and one.situation.stages is not None
    assert one.environment == world.judge.environment


def test_a_profile_is_found_again_by_the_text_of_its_script(world: World) -> None:
    base = world.judge.baseline()
    assert isinstance(base, Baseline)
    ((environment, profile),) = experience.baselines(
        world.judge.store, world.script.source_sha, world.judge.subject.site.name
    )
    assert (environment, profile) == (world.judge.environment, base.profile)
    assert experience.baselines(world.judge.store, "another text", world.judge.subject.site.name) == []
