"""Expectations corrected by what was measured, here and elsewhere; nonsense from elsewhere is not listened to."""

import math
from typing import Any, Literal

import pytest
from factories import CPU, GPU, LIBRARIES, STAGES, evaluation, plan, situation, step, trial
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.agents.calibration import Calibration
from diffagent_mcp.agents.features import features
from diffagent_mcp.agents.likeness import MOST, heard, likeness
from diffagent_mcp.agents.promise import chance
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.experience import Experience
from diffagent_mcp.knowledge.types import Crashed, Environment, Target

HERE = situation()
CACHE = plan(step("deepcache", interval=3, branch=0))
FEWER = plan(step("sampler", name="ddim", steps=20))
TARGET = Target(speedup=2.0)


def environment(models: Literal["zoo", "hub"] = "zoo") -> Environment:
    return Environment(
        device=CPU, python="3.11.7", libraries=LIBRARIES, models=models, models_version="v", scorer="scorer"
    )


def experience(**changes: Any) -> Experience:
    one = Experience(
        situation=situation(steps=40),
        environment=environment(),
        plan=CACHE,
        speedup=1.2,
        loss=0.03,
        drift=0.2,
        peak_mb=600,
        baseline_peak_mb=600,
    )
    return one.model_copy(update=changes)


def test_features_name_methods_knobs_and_pairs() -> None:
    both = plan(step("sampler", name="ddim", steps=4), step("tome", ratio=0.7, max_downsample=1))
    found = features(both)
    assert found["sampler"] == found["tome"] == found["sampler+tome"] == found["sampler.name=ddim"] == 1.0
    assert found["tome.ratio"] == pytest.approx(1.0) and found["sampler.steps"] == pytest.approx(-1.0)


def test_a_knob_with_a_wide_range_acts_by_ratio() -> None:
    def at(steps: int) -> float:
        return features(plan(step("sampler", name="ddim", steps=steps)))["sampler.steps"]

    assert at(10) - at(5) == pytest.approx(at(40) - at(20))


def test_a_measurement_corrects_similar_plans_and_makes_them_surer() -> None:
    slower = trial(1, CACHE, evaluation(1.1, 0.001, 0.02))
    fresh, learned = Calibration(HERE), Calibration(HERE, [slower])
    near = plan(step("deepcache", interval=4, branch=0))
    for one in (CACHE, near):
        assert learned.expect(one).speedup < fresh.expect(one).speedup == expect(one, HERE).speedup
        assert learned.believe(one).speed.sd < fresh.believe(one).speed.sd
    assert learned.expect(CACHE).speedup == pytest.approx(1.1, rel=0.1)
    assert learned.expect(FEWER) == expect(FEWER, HERE)


def test_a_failure_teaches_no_numbers() -> None:
    crashed = trial(1, CACHE, Crashed(message="x", stage="call", error="E"))
    assert Calibration(HERE, [crashed]).expect(CACHE) == expect(CACHE, HERE)


def test_the_chance_to_meet_a_target_falls_with_what_is_asked() -> None:
    belief = Calibration(HERE).believe(FEWER)
    chances = [chance(belief, TARGET, required) for required in (1.2, 2.0, 3.0, 9.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.8 > 0.01 > chances[-1]
    strict = chance(belief, Target(speedup=2.0, max_loss=0.0, max_drift=0.05), 2.0)
    assert strict < 0.2 * chance(belief, TARGET, 2.0)


def test_a_plan_that_is_assumed_to_miss_is_promised_less() -> None:
    learned = Calibration(HERE)
    before = chance(learned.believe(FEWER), TARGET, 2.0)
    learned.assume(FEWER, 2.0, TARGET)
    assert chance(learned.believe(FEWER), TARGET, 2.0) < before


def test_a_copy_learns_alone() -> None:
    one = Calibration(HERE, [trial(1, CACHE, evaluation(1.1))])
    twin = one.copy()
    assert twin.expect(CACHE) == one.expect(CACHE)
    twin.learn(CACHE, evaluation(4.0))
    assert twin.expect(CACHE).speedup > one.expect(CACHE).speedup


def test_experience_from_elsewhere_corrects_as_far_as_it_is_alike() -> None:
    def after(**changes: Any) -> float:
        return Calibration(HERE, (), [experience(**changes)], "zoo").expect(CACHE).speedup

    plain = expect(CACHE, HERE).speedup
    same, gpu = after(), after(situation=situation(steps=40, device=GPU))
    assert same < gpu < plain
    assert same < after(environment=environment("hub")) < plain


def test_what_is_measured_here_overrules_what_was_measured_elsewhere() -> None:
    many = [experience(plan=plan(step("deepcache", interval=n, branch=0))) for n in range(2, 7)]
    learned = Calibration(HERE, (), many, "zoo")
    for _ in range(3):
        learned.learn(CACHE, evaluation(2.4, 0.01, 0.1))
    assert learned.expect(CACHE).speedup == pytest.approx(2.4, rel=0.15)


def test_likeness_is_one_at_home_and_less_elsewhere() -> None:
    assert likeness(HERE, HERE) == (1.0, 1.0)
    dit = situation(pipeline_class="PixArtAlphaPipeline")
    assert likeness(dit, HERE).picture < likeness(situation(steps=10), HERE).picture < 1
    assert likeness(situation(device=GPU), HERE).time < 1 == likeness(situation(device=GPU), HERE).picture


BROKEN: list[dict[str, Any]] = [
    {"speedup": math.nan},
    {"loss": math.inf},
    {"drift": math.nan},
    {"speedup": -1.0},
    {"speedup": 1e9},
    {"plan": plan()},
    {"plan": plan(step("no_such_method"))},
    {"plan": plan(step("deepcache", interval=10**9))},
    {"plan": plan(*[step("fused_qkv")] * 40)},
    {"situation": situation(steps=0)},
    {"situation": situation(stages=STAGES.model_copy(update={"denoiser_s": math.nan}))},
    {"situation": situation(stages=STAGES.model_copy(update={"vae_s": -5.0}))},
]


@pytest.mark.parametrize("changes", BROKEN)
def test_experience_that_nobody_can_have_measured_is_refused(changes: dict[str, Any]) -> None:
    broken = experience(**changes)
    assert heard([broken], HERE) == []
    assert Calibration(HERE, (), [broken]).expect(CACHE) == expect(CACHE, HERE)


def test_experience_is_bounded() -> None:
    (one,) = heard([experience(loss=40.0, drift=99.0)], HERE)
    assert (one.loss, one.drift) == (1.0, 1.5)
    assert len(heard([experience()] * (MOST + 5), HERE)) == MOST


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(), st.floats(), st.floats()), max_size=12))
def test_no_experience_whatever_makes_an_expectation_absurd(numbers: list[tuple[float, float, float]]) -> None:
    told = [experience(speedup=s, loss=loss, drift=drift) for s, loss, drift in numbers]
    found = Calibration(HERE, (), told).believe(CACHE)
    assert 0 < found.expected.speedup < 100 and -0.1 < found.expected.loss < 2 and 0 <= found.expected.drift < 5
    assert all(0 <= c <= 1 for c in found.chances(TARGET, 2.0))
