"""Replays of made-up landscapes: every number in here is invented."""

import random

import pytest
from factories import plan, step
from made_up_landscapes import landscape

from diffagent_mcp.bench.calibration import CHOOSERS, Landscape, Replay, duel, play, replay_section
from diffagent_mcp.bench.calibration.replay import Sight, at_random, goal_of
from diffagent_mcp.knowledge.types import Evaluation, InvalidPlan, Plan


@pytest.fixture(scope="module")
def landscapes(tmp_path_factory: pytest.TempPathFactory) -> list[Landscape]:
    folder = tmp_path_factory.mktemp("landscapes")
    return [landscape(folder, f"B{n:02}", trials=40) for n in range(1, 5)]


def test_a_replay_answers_from_the_record(landscapes: list[Landscape]) -> None:
    replay = Replay(landscapes[0])
    for trial in landscapes[0].trials:
        verdict = replay.evaluate(trial.plan)
        if trial.measured is None:
            assert verdict == trial.failure
        else:
            assert isinstance(verdict, Evaluation)
            assert (verdict.speedup, verdict.loss) == (trial.measured.speedup, trial.measured.loss)


def test_a_replay_knows_nothing_of_other_plans(landscapes: list[Landscape]) -> None:
    near = plan(step("sampler", name="keep", steps=49), step("tome", ratio=0.5))
    assert near not in Replay(landscapes[0]).plans()
    verdict = Replay(landscapes[0]).evaluate(near)
    assert isinstance(verdict, InvalidPlan)
    assert "never measured" in verdict.message


def test_what_is_replayed_is_labelled(landscapes: list[Landscape]) -> None:
    assert Replay(landscapes[0]).label.startswith("replayed from 40 recorded plans of B01, measured with tiny zoo")
    said = replay_section(duel(landscapes, CHOOSERS, budget=8, repeats=2), landscapes, "bench replay")
    assert "## Replayed, not run" in said
    assert "solver (replayed)" in said


def test_a_game_ends_with_the_goal_or_the_budget(landscapes: list[Landscape]) -> None:
    replay = Replay(landscapes[0])
    goal = goal_of(landscapes[0], "medium", None)
    assert goal is not None
    best = landscapes[0].within(0.05)[0][0].plan

    def knows(sight: Sight) -> Plan:
        return best

    found = play("oracle", knows, replay, goal, 28, random.Random(0))
    assert (found.met, found.evaluations, found.achieved) == (True, 1, 1.0)

    def last(sight: Sight) -> Plan:
        return next(p for p in reversed(sight.left) if p != best)

    found = play("unlucky", last, replay, goal, 5, random.Random(0))
    assert (found.met, found.evaluations) == (False, 5)
    assert 0 <= found.achieved < 1


def test_a_goal_that_nothing_recorded_meets_is_left_out(landscapes: list[Landscape]) -> None:
    assert all(goal_of(one, "hard", None) is None for one in landscapes)
    assert {d.difficulty for d in duel(landscapes, {"random": at_random}, 5, repeats=1)} == {"easy", "medium"}


def test_a_duel_is_fair_and_the_same_twice(landscapes: list[Landscape]) -> None:
    first = duel(landscapes, CHOOSERS, budget=14, repeats=10)
    assert first == duel(landscapes, CHOOSERS, budget=14, repeats=10)
    assert {d.solver for d in first} == {"random", "tpe", "best-of-n"}
    assert all(d.evaluations <= 14 and d.met_interval.low <= d.met <= d.met_interval.high for d in first)
    rates = {(d.solver, d.difficulty): d.met for d in first}
    # One of forty plans meets medium, so 14 random draws find it 35 times in a hundred.
    assert rates["random", "medium"] == pytest.approx(14 / 40, abs=0.25)
    assert all(rates[name, "easy"] >= rates[name, "medium"] for name in CHOOSERS)
