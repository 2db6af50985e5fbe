"""Solvers on recorded landscapes, the agent among them: agents and benchmark are neighbours and meet here."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from ...agents import paper, selector
from ...agents.calibration import Calibration
from ...agents.planner import SHARPNESS
from ...agents.promise import pick, promise, required_speedup, utility
from ...bench.calibration import (
    RIVALS,
    Chooser,
    Entrant,
    Games,
    Goal,
    Landscape,
    Replay,
    Sight,
    alike,
    calibration_page,
    exported,
    games,
    replay_page,
)
from ...knowledge.experience import Experience, experience_of
from ...knowledge.types import Difficulty, Evaluation, Plan, Proposal, Search, Trial
from ...tools.textfile import write

REPEATS = 20
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium")
"""no recorded plan meets `hard`, which is 1.2 of the best of them"""
MEMORIES = ("both", "empty", "others")
"""what DiffAgent remembers when a game begins: nothing, the other pipelines' landscapes, or one after the other"""
_KIN = 4
"""the paper's children are chosen among the quarter of the plans left that is most like the parent"""
_GAMES = TypeAdapter(list[Games])


class ByAgent:
    """DiffAgent's own choice, among recorded plans: its planner's proposals have no answer but those."""

    def __init__(self, knows: Calibration) -> None:
        self._knows, self._heard = knows, 0

    def __call__(self, sight: Sight) -> Plan:
        """The plan with the best chance to meet the target, by expectation and what was measured so far."""
        for plan, verdict in sight.tried[self._heard :]:
            self._knows.learn(plan, verdict)
        self._heard = len(sight.tried)
        required = required_speedup(sight.target, sight.situation, _trials(sight))

        def value(plan: Plan) -> float:
            return promise(self._knows.believe(plan), sight.target, required, plan)

        return pick(list(sight.left), value, SHARPNESS, sight.rng) or sight.left[0]


class ByPaper:
    """The paper's generations: M children of sampled parents, then P - M fresh plans, nothing learned in between."""

    def __init__(self) -> None:
        self._search = Search(kind="paper")
        self._parents: list[Trial] = []
        self._knows: Calibration | None = None

    def __call__(self, sight: Sight) -> Plan:
        place, trials = len(sight.tried) % self._search.population, _trials(sight)
        if place == 0 or self._knows is None:
            self._knows = Calibration(sight.situation, trials)
            self._parents = selector.parents(trials, sight.target, self._search.parents, sight.rng)
        if place < len(self._parents):
            parent = self._parents[place].proposal.plan
            near = sorted(sight.left, key=lambda p: -alike(p, parent))
            return self._picked(near[: max(3, len(near) // _KIN)], sight, trials, paper.CHILD)
        return self._picked(sight.left, sight, trials, paper.FIRST if place == len(self._parents) else paper.FRESH)

    def _picked(self, plans: Sequence[Plan], sight: Sight, trials: Sequence[Trial], sharpness: float) -> Plan:
        assert self._knows is not None
        knows, required = self._knows, required_speedup(sight.target, sight.situation, trials)

        def value(plan: Plan) -> float:
            return utility(knows.expect(plan), sight.target, required, plan)

        return pick(list(plans), value, sharpness, sight.rng) or sight.left[0]


def _trials(sight: Sight) -> list[Trial]:
    return [
        Trial(number=n, proposal=Proposal(plan=plan), verdict=verdict, seconds=0.0)
        for n, (plan, verdict) in enumerate(sight.tried, 1)
    ]


def agent(landscapes: Sequence[Landscape] = ()) -> Entrant:
    """DiffAgent with a memory of these landscapes, those of the pipeline that is played left out."""
    begun: dict[str, Calibration] = {}

    def enter(replay: Replay, goal: Goal) -> Chooser:
        ground = replay.landscape.ground
        if ground.baseline not in begun:
            memory = lessons(landscapes, replay.landscape)
            begun[ground.baseline] = Calibration(replay.situation, (), memory, ground.environment.models)
        return ByAgent(begun[ground.baseline].copy())

    return enter


def lessons(landscapes: Sequence[Landscape], here: Landscape) -> list[Experience]:
    """What was measured on other pipelines than the one here."""
    return [
        experience_of(one.ground.situation, one.ground.environment, trial.plan, verdict, one.ground.profile.peak_mb)
        for one in landscapes
        if _pipeline(one) != _pipeline(here)
        for trial in one.trials
        if isinstance(verdict := trial.verdict(one.ground), Evaluation)
    ]


def _pipeline(one: Landscape) -> tuple[str, str | None]:
    situation = one.ground.situation
    return situation.pipeline_class, situation.pipeline.model_id


def entrants(landscapes: Sequence[Landscape], memory: str = "both") -> dict[str, Entrant]:
    """Every solver; `memory` is one of `MEMORIES`."""
    ours = {"diffagent": agent()} if memory in ("empty", "both") else {}
    if memory in ("others", "both"):
        ours["diffagent, memory"] = agent(landscapes)
    return {**ours, "paper": lambda replay, goal: ByPaper(), **RIVALS}


def replayed(
    landscapes: Sequence[Landscape],
    budget: int = 28,
    repeats: int = REPEATS,
    seed: int = 0,
    max_drift: float | None = None,
    memory: str = "both",
) -> list[Games]:
    """Every solver at one budget on every landscape; `bench.calibration.replay_page` makes it a page."""
    return games(landscapes, entrants(landscapes, memory), budget, repeats, seed, max_drift, DIFFICULTIES)


def filed(folder: Path, landscapes: Sequence[Landscape], played: Sequence[Games], command: str) -> list[Path]:
    """Landscapes and games to be committed, and the pages and the picture that are generated from them."""
    from ...bench.calibration.curve import curve

    exported(landscapes, folder / "landscapes")
    write(folder / "replay.jsonl", "".join(json.dumps(g.model_dump(mode="json")) + "\n" for g in played))
    paths = paged(folder, landscapes, played, command)
    picture = folder / "replay.png"
    picture.write_bytes(curve(played, "medium"))
    return [*paths, picture]


def paged(folder: Path, landscapes: Sequence[Landscape], played: Sequence[Games], command: str) -> list[Path]:
    """The two pages; returns their paths."""
    recorded = dict.fromkeys(one.ground.command for one in landscapes if one.ground.command)
    pages = {
        folder / "targets.md": calibration_page(landscapes, "; ".join(recorded)),
        folder / "replay.md": replay_page(played, landscapes, command),
    }
    for path, text in pages.items():
        write(path, text)
    return list(pages)


def read_games(path: Path) -> list[Games]:
    """The games that `filed` kept."""
    return _GAMES.validate_python([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
