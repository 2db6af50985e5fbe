"""The agent on made-up landscapes: every number in here is invented."""

import random
from pathlib import Path

from made_up_landscapes import landscape

from diffagent_mcp.bench.calibration import Replay, Sight, imported, replay_section
from diffagent_mcp.bench.calibration.replay import goal_of
from diffagent_mcp.server.benchmark.replaying import by_agent, filed, replayed


def test_the_agent_is_replayed_beside_the_others_at_one_budget(tmp_path: Path) -> None:
    every = [landscape(tmp_path, f"B{n:02}", trials=25) for n in (1, 2)]
    duels = replayed(every, budget=6, repeats=2)
    assert {d.solver for d in duels} == {"diffagent", "random", "tpe", "best-of-n"}
    assert {d.budget for d in duels} == {6}
    assert duels == replayed(every, budget=6, repeats=2)
    assert "| diffagent | easy |" in replay_section(duels, every, "bench replay")


def test_the_agent_chooses_among_recorded_plans_alone(tmp_path: Path) -> None:
    one = landscape(tmp_path, trials=20)
    replay, goal = Replay(one), goal_of(one, "easy", None)
    assert goal is not None
    left = replay.plans()[5:]
    tried = [(plan, replay.evaluate(plan)) for plan in replay.plans()[:5]]
    chosen = by_agent(Sight(replay.situation, goal.target, tried, left, replay.expected, random.Random(0)))
    assert chosen in left


RESULTS = Path(__file__).parents[2] / "docs/results"


def test_the_committed_pages_come_out_of_the_committed_landscapes(tmp_path: Path) -> None:
    """Nobody edited a number; the replays are as random as their seed."""
    committed = {name: (RESULTS / name).read_text(encoding="utf-8") for name in ("targets.md", "replay.md")}
    command = next(line.strip() for line in committed["replay.md"].splitlines() if line.startswith("    diffagent-mcp"))
    landscapes = imported(RESULTS / "landscapes")
    filed(tmp_path, landscapes, replayed(landscapes), command)
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in committed} == committed
    for path in (RESULTS / "landscapes").iterdir():
        assert (tmp_path / "landscapes" / path.name).read_bytes() == path.read_bytes()
