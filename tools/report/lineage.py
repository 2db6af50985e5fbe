"""How plans descend from each other, as a picture: a column for each step of descent, an arrow for each refinement."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...knowledge.types import Evaluation, Outcome, Trial, best_evaluation
from . import summary
from .text import one_line, percent, times, two_decimals

WIDE, HIGH = 132, 30
_GAP_X, _GAP_Y, _EDGE = 60, 14, 12


@dataclass(frozen=True)
class Node:
    """One candidate in the picture."""

    number: int
    x: int
    y: int
    label: str
    title: str
    state: str
    """met, good, over, failed: what came of it"""
    winner: bool
    cached: bool


@dataclass(frozen=True)
class Arrow:
    """From a parent to what was refined from it; a repair is dashed."""

    path: str
    repair: bool


@dataclass(frozen=True)
class Lineage:
    """The picture's parts and its size in pixels."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def lineage(outcome: Outcome) -> Lineage:
    """Where everything is drawn."""
    depths = depths_of(outcome.trials)
    rows: dict[int, int] = {}
    places: dict[int, tuple[int, int]] = {}
    for trial in outcome.trials:
        depth = depths[trial.number]
        beside = [places[p][1] for p in trial.proposal.parents if p in places]
        level = (min(beside) - _EDGE) // (HIGH + _GAP_Y) if beside else 0
        row = rows[depth] = max(rows.get(depth, -1) + 1, level)
        places[trial.number] = (_EDGE + depth * (WIDE + _GAP_X), _EDGE + row * (HIGH + _GAP_Y))
    return Lineage(
        nodes=tuple(_node(outcome, t, *places[t.number]) for t in outcome.trials),
        arrows=tuple(
            _arrow(places[p], places[t.number], t.proposal.why.startswith(("repair", "written anew")))
            for t in outcome.trials
            for p in t.proposal.parents
            if p in places
        ),
        width=max((x for x, _ in places.values()), default=0) + WIDE + _EDGE,
        height=max((y for _, y in places.values()), default=0) + HIGH + _EDGE,
    )


def depths_of(trials: Sequence[Trial]) -> dict[int, int]:
    """Steps of descent of each trial: 0 for a fresh plan. Parents come before their children."""
    found: dict[int, int] = {}
    for trial in trials:
        known = [found[p] for p in trial.proposal.parents if p in found]
        found[trial.number] = 1 + max(known) if known else 0
    return found


def _node(outcome: Outcome, trial: Trial, x: int, y: int) -> Node:
    e, failed = best_evaluation(trial), summary.failure(trial)
    said = times(e.speedup) if e is not None else summary.reason(failed) if failed is not None else "failed"
    plan = one_line(trial.proposal.plan.sentence(), 160)
    behind = _failure(trial) if e is None else f"loss {percent(e.loss)}, drift {two_decimals(e.drift)}"
    return Node(
        number=trial.number,
        x=x,
        y=y,
        label=f"{trial.number}: {said}",
        title=f"candidate {trial.number}, generation {trial.proposal.generation}: {plan}; {behind}",
        state=_state(outcome, e),
        winner=trial.number == outcome.winner,
        cached=trial.cached,
    )


def _failure(trial: Trial) -> str:
    verdict = trial.final or trial.verdict
    return one_line(getattr(verdict, "message", ""), 200)


def _state(outcome: Outcome, e: Evaluation | None) -> str:
    if e is None:
        return "failed"
    if outcome.target.met_by(e):
        return "met"
    return "good" if outcome.target.quality_met_by(e) else "over"


def _arrow(parent: tuple[int, int], child: tuple[int, int], repair: bool) -> Arrow:
    x1, y1 = parent[0] + WIDE, parent[1] + HIGH // 2
    x2, y2 = child[0] - 3, child[1] + HIGH // 2
    bend = max(20, (x2 - x1) // 2)
    return Arrow(f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}", repair)
