"""The agent on made-up landscapes: every number in here is invented."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_up_landscapes import landscape

from diffagent_mcp.agents.calibration import Calibration
from diffagent_mcp.bench.calibration import (
    Games,
    Landscape,
    Replay,
    Sight,
    duels,
    goal_of,
    imported,
    play,
    replay_section,
)
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Target, Trial
from diffagent_mcp.server.benchmark.replaying import (
    ByAgent,
    ByPaper,
    entrants,
    filed,
    lessons,
    paged,
    read_games,
    replayed,
)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> list[Landscape]:
    folder = tmp_path_factory.mktemp("landscapes")
    return [landscape(folder, f"B{n:02}", trials=25) for n in (1, 2)]


def renamed(one: Landscape, model_id: str) -> Landscape:
    """The same landscape of another pipeline."""
    situation = one.ground.situation
    there = situation.model_copy(update={"pipeline": situation.pipeline.model_copy(update={"model_id": model_id})})
    return one.model_copy(update={"ground": one.ground.model_copy(update={"situation": there})})


def test_the_agent_is_replayed_beside_the_others_at_one_budget(made_up: list[Landscape]) -> None:
    played = replayed(made_up, budget=6, repeats=2)
    assert {g.solver for g in played} == set(entrants(made_up))
    assert {g.budget for g in played} == {6}
    assert played == replayed(made_up, budget=6, repeats=2)
    assert "| diffagent, memory | " in replay_section(played, made_up, "bench replay")


@pytest.mark.parametrize(
    ("memory", "ours"),
    [
        ("empty", {"diffagent"}),
        ("others", {"diffagent, memory"}),
        ("both", {"diffagent", "diffagent, memory"}),
    ],
)
def test_memory_is_chosen(memory: str, ours: set[str]) -> None:
    assert {name for name in entrants((), memory) if name.startswith("diffagent")} == ours


def test_memory_leaves_out_the_pipeline_that_is_played(made_up: list[Landscape]) -> None:
    one, other = made_up[0], renamed(made_up[1], "someone/else")
    assert lessons([one, other], one) == lessons([other], one)
    assert len(lessons([one, other], one)) == sum(t.measured is not None for t in other.trials)
    assert lessons(made_up, one) == []


def sight(one: Landscape, known: int) -> Sight:
    replay, goal = Replay(one), goal_of(one, "easy", None)
    assert goal is not None
    tried = [(plan, replay.evaluate(plan)) for plan in replay.plans()[:known]]
    return Sight(replay.situation, goal.target, tried, replay.plans()[known:], replay.expected, random.Random(0))


def test_the_agent_and_the_paper_choose_among_recorded_plans_alone(made_up: list[Landscape]) -> None:
    seen = sight(made_up[0], 5)
    assert ByAgent(Calibration(seen.situation))(seen) in seen.left
    assert ByPaper()(seen) in seen.left


def test_the_papers_generation_learns_nothing_in_between(
    made_up: list[Landscape], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fourteen plans, and expectations are corrected twice."""
    made: list[int] = []

    def counted(situation: Situation, trials: Sequence[Trial]) -> Calibration:
        made.append(len(trials))
        return Calibration(situation, trials)

    monkeypatch.setattr("diffagent_mcp.server.benchmark.replaying.Calibration", counted)
    replay, goal = Replay(made_up[0]), goal_of(made_up[0], "medium", None)
    assert goal is not None
    impossible = goal.model_copy(update={"target": Target(speedup=90)})
    play("paper", ByPaper(), replay, impossible, 14, random.Random(1))
    assert made == [0, 7]


RESULTS = Path(__file__).parents[2] / "docs/results"


def test_the_committed_pages_come_out_of_the_committed_landscapes(tmp_path: Path) -> None:
    """Nobody edited a number."""
    committed = {name: (RESULTS / name).read_text(encoding="utf-8") for name in ("targets.md", "replay.md")}
    command = next(line.strip() for line in committed["replay.md"].splitlines() if line.startswith("    diffagent-mcp"))
    landscapes = imported(RESULTS / "landscapes")
    paged(tmp_path, landscapes, read_games(RESULTS / "replay.jsonl"), command)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in committed} == committed


def test_the_committed_games_come_out_when_a_few_are_played_again() -> None:
    """They are as random as their seeds."""
    landscapes, repeats = imported(RESULTS / "landscapes"), 2
    again = replayed(landscapes, repeats=repeats)
    kept = read_games(RESULTS / "replay.jsonl")
    assert [_first(g, repeats) for g in kept] == again


def _first(one: Games, repeats: int) -> Games:
    return one.model_copy(update={"evaluations": one.evaluations[:repeats], "achieved": one.achieved[:repeats]})


def test_what_is_filed_is_read_back(tmp_path: Path, made_up: list[Landscape]) -> None:
    played = replayed(made_up, budget=4, repeats=2)
    written = {path.name for path in filed(tmp_path, made_up, played, "bench replay")}
    assert written == {"targets.md", "replay.md", "replay.png"}
    assert read_games(tmp_path / "replay.jsonl") == played
    assert imported(tmp_path / "landscapes") == made_up
    assert duels(played) == duels(read_games(tmp_path / "replay.jsonl"))
