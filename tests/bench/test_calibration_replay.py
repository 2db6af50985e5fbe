"""Replays of made-up landscapes: every number in here is invented."""

import random
import re
from pathlib import Path

import pytest
from factories import plan, step
from made_up_landscapes import landscape

from diffagent_mcp.bench.calibration import (
    RIVALS,
    Games,
    Landscape,
    Replay,
    Sight,
    duel,
    duels,
    exported,
    games,
    goal_of,
    play,
    replay_section,
)
from diffagent_mcp.bench.calibration.curve import curve
from diffagent_mcp.bench.calibration.duel import reached
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
    said = replay_section(games(landscapes, RIVALS, budget=8, repeats=2), landscapes, "bench replay")
    assert "## Replayed, not run" in said
    assert "solver (replayed)" in said and "among recorded plans alone" in said
    assert "| Stable Diffusion 1.5 (B01) |" in said


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
    played = games(landscapes, {"random": RIVALS["random"]}, 5, repeats=1)
    assert {g.difficulty for g in played} == {"easy", "medium"}


def test_games_are_fair_and_the_same_twice(landscapes: list[Landscape]) -> None:
    first = games(landscapes, RIVALS, budget=14, repeats=10)
    found = duels(first)
    assert {d.solver for d in found} == {"random", "tpe", "nsga2", "best-of-n"}
    assert all(d.median <= 15 and d.met_interval.low <= d.met <= d.met_interval.high for d in found)
    assert all(d.median_interval.low <= d.median <= d.median_interval.high for d in found)
    rates = {(d.solver, d.difficulty): d.met for d in found}
    # One of forty plans meets medium, so 14 random draws find it 35 times in a hundred.
    assert rates["random", "medium"] == pytest.approx(14 / 40, abs=0.25)
    assert all(rates[name, "easy"] >= rates[name, "medium"] for name in RIVALS)
    # A game is its own: a part of them, played again with fewer seeds, comes out as before.
    again = games(landscapes[1:2], {"nsga2": RIVALS["nsga2"]}, budget=14, repeats=3)
    whole = [g for g in first if g.baseline == "B02" and g.solver == "nsga2"]
    assert [g.evaluations for g in again] == [g.evaluations[:3] for g in whole]


def of(solver: str, *evaluations: int | None, baseline: str = "B01") -> Games:
    share = tuple(0.9 if n is None else 1.0 for n in evaluations)
    return Games(
        solver=solver, baseline=baseline, difficulty="medium", budget=10, evaluations=evaluations, achieved=share
    )


def test_a_game_that_is_lost_counts_as_one_evaluation_more_than_the_budget() -> None:
    found = duel([of("a", 2, None, None), of("a", 4, 6, None, baseline="B02")])
    assert (found.met, found.median, found.mean) == (0.5, 8.5, pytest.approx((2 + 11 * 3 + 4 + 6) / 6))
    assert found.achieved == pytest.approx(0.95)
    assert reached([of("a", 2, None, 4, 5)], 4) == 0.5


def test_the_picture_is_a_picture() -> None:
    assert curve([of("a", 2, None), of("b", 3, 4)], "medium").startswith(b"\x89PNG")


def test_what_is_committed_holds_no_path_of_a_machine(tmp_path: Path, landscapes: list[Landscape]) -> None:
    here = "/home/me/.cache/models--a--b/snapshots/6776/vae"
    profile = landscapes[0].ground.profile
    trace = profile.trace.model_copy(update={"vae_id": here})
    ground = landscapes[0].ground.model_copy(update={"profile": profile.model_copy(update={"trace": trace})})
    (made,) = exported([landscapes[0].model_copy(update={"ground": ground})], tmp_path)
    assert here in ground.model_dump_json() and "/home" not in made.read_text()
    for file in Path("docs/results/landscapes").glob("*.jsonl"):
        assert not re.search(r'"(?:/|[A-Z]:\\\\)[^"]*"', file.read_text()), file.name
