"""Solvers on recorded landscapes, the agent among them: agents and benchmark are neighbours and meet here."""

from collections.abc import Sequence
from pathlib import Path

from ...agents import planner
from ...agents.calibration import Calibration
from ...bench.calibration import (
    CHOOSERS,
    Chooser,
    Duel,
    Landscape,
    Sight,
    calibration_page,
    duel,
    exported,
    replay_section,
)
from ...knowledge.types import Plan, Proposal, Trial
from ...tools.textfile import write

_GREED = 30.0
"""as sharply as the planner picks the first plan of a generation"""


def by_agent(sight: Sight) -> Plan:
    """What the agent expects to do best, corrected by what it measured so far.

    Its planner chooses here, but its own proposals cannot be asked for: only recorded plans have an answer.
    """
    trials = [
        Trial(number=n, proposal=Proposal(plan=plan), verdict=verdict, seconds=0.0)
        for n, (plan, verdict) in enumerate(sight.tried, 1)
    ]
    knows = Calibration(sight.situation, trials)
    required = planner.required_speedup(sight.target, sight.situation, trials)

    def value(plan: Plan) -> float:
        return planner.utility(knows.expect(plan), sight.target, required, plan)

    return planner.pick(list(sight.left), value, _GREED, sight.rng) or sight.left[0]


def replayed(
    landscapes: Sequence[Landscape], budget: int = 28, repeats: int = 20, seed: int = 0, max_drift: float | None = None
) -> list[Duel]:
    """DiffAgent, random, tpe and best-of-n at one budget; `bench.calibration.replay_section` makes it a page."""
    choosers: dict[str, Chooser] = {"diffagent": by_agent, **CHOOSERS}
    return duel(landscapes, choosers, budget, repeats, seed, max_drift)


def filed(folder: Path, landscapes: Sequence[Landscape], duels: Sequence[Duel], command: str) -> list[Path]:
    """Landscapes to be committed, and the two pages that are generated from them; returns the pages."""
    exported(landscapes, folder / "landscapes")
    recorded = dict.fromkeys(one.ground.command for one in landscapes if one.ground.command)
    pages = {
        folder / "targets.md": calibration_page(landscapes, "; ".join(recorded)),
        folder / "replay.md": f"# Solvers on recorded landscapes\n\n{replay_section(duels, landscapes, command)}\n",
    }
    for path, text in pages.items():
        write(path, text)
    return list(pages)
