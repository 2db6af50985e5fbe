"""The offline planner: valid, new, and aimed at the target."""

import random

import pytest
from factories import evaluation, plan, situation, step, trial
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.agents import variation
from diffagent_mcp.agents.calibration import Calibration
from diffagent_mcp.agents.planner import feedback, next_generation
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.neighbours import ORDER
from diffagent_mcp.knowledge.rules import is_valid, usable
from diffagent_mcp.knowledge.types import Search, Target, Trial

HERE = situation()
ALLOWED = usable(HERE, None, ())


def generation(trials: list[Trial], target: Target, seed: int = 0) -> list[str]:
    found = next_generation(trials, target, Search(), HERE, ALLOWED, 1, random.Random(seed))
    return [p.plan.sentence() for p in found]


@pytest.mark.parametrize("speedup", [1.2, 2.0, 4.0, 9.0])
def test_a_generation_is_seven_valid_new_plans(speedup: float) -> None:
    tried = [trial(1, plan(step("sampler", name="unipc", steps=20)), evaluation(2.0))]
    found = next_generation(tried, Target(speedup=speedup), Search(), HERE, ALLOWED, 1, random.Random(3))
    plans = [p.plan for p in found]
    assert len(plans) == 7 == len(set(plans))
    assert all(is_valid(p, HERE) for p in plans)
    assert tried[0].proposal.plan not in plans


def test_the_first_plan_is_expected_to_meet_a_reachable_target() -> None:
    for seed in range(5):
        found = next_generation([], Target(speedup=2), Search(), HERE, ALLOWED, 0, random.Random(seed))
        e = expect(found[0].plan, HERE)
        assert e.speedup >= 2 and e.loss <= 0.05 and e.drift <= 0.35


def test_the_same_seed_plans_the_same_and_another_seed_does_not() -> None:
    assert generation([], Target(speedup=2), 1) == generation([], Target(speedup=2), 1)
    assert generation([], Target(speedup=2), 1) != generation([], Target(speedup=2), 2)


def test_of_the_paper_m_plans_are_refined_from_parents_and_the_others_are_fresh() -> None:
    trials = [trial(n, plan(step("sampler", name="ddim", steps=20 + n)), evaluation(1.5 + n / 10)) for n in range(1, 6)]
    found = next_generation(trials, Target(speedup=3), Search(kind="paper"), HERE, ALLOWED, 1, random.Random(0))
    assert [len(p.parents) for p in found] == [1, 1, 1, 1, 0, 0, 0]
    assert "where 3.00x is needed" in found[0].why


def test_only_and_without_bound_what_is_planned() -> None:
    assert usable(HERE, ("deepcache", "tome"), ("tome",)) == ["deepcache"]
    found = next_generation([], Target(speedup=2), Search(), HERE, ["deepcache"], 0, random.Random(0))
    assert found and all({s.method for s in p.plan.steps} == {"deepcache"} for p in found)


def test_nothing_new_is_an_empty_generation() -> None:
    here = situation(libraries={})
    assert next_generation([], Target(speedup=2), Search(), here, ["fused_qkv"], 0, random.Random(0))
    tried = [trial(1, plan(step("fused_qkv")), evaluation(1.0))]
    assert next_generation(tried, Target(speedup=2), Search(), here, ["fused_qkv"], 0, random.Random(0)) == []


def test_measurements_correct_the_expectation_of_similar_plans() -> None:
    cache = plan(step("deepcache", interval=3, branch=0))
    slower = trial(1, cache, evaluation(1.1, 0.001, 0.02))
    learned = Calibration(HERE, [slower])
    assert learned.expect(cache).speedup < expect(cache, HERE).speedup
    other = plan(step("sampler", name="ddim", steps=20))
    assert learned.expect(other) == expect(other, HERE)


def test_feedback_names_what_is_missing() -> None:
    said = feedback(trial(3, plan(step("tome")), evaluation(1.2, 0.08, 0.5)), Target(speedup=2))
    assert said == (
        "candidate 3 reached 1.20x where 2.00x is needed, "
        "loss 8.0% where 5.0% is allowed, drift 0.50 where 0.35 is allowed"
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_variations_are_plans_of_known_methods_in_order(seed: int) -> None:
    rng = random.Random(seed)
    one = variation.random_plan(ALLOWED, HERE, rng)
    two = variation.random_plan(ALLOWED, HERE, rng)
    for made in (one, variation.mutate(one, ALLOWED, HERE, rng), variation.cross(one, two, rng)):
        slugs = [s.method for s in made.steps]
        assert len(slugs) == len(set(slugs)) and set(slugs) <= set(ALLOWED)
        assert slugs == sorted(slugs, key=lambda s: ORDER[s])
