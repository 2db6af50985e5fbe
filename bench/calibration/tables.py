"""Calibrations and replays as pages of docs/results/. Pure."""

from collections.abc import Sequence

from ...knowledge.pipelines import any_card_for
from ...knowledge.types import Calibrated, Difficulty
from ...tools.report.summary import where
from ...tools.report.text import counted, one_line, percent, seconds, times
from ..report.tables import cell, grid
from .calibrate import Label, calibrated_of, labels
from .duel import Duel, duel, duels
from .landscape import Landscape
from .replay import Games


def calibration_page(landscapes: Sequence[Landscape], command: str, max_drift: float | None = 0.35) -> str:
    """The targets of every landscape, the witnesses of the hard ones, and how they were found."""
    targets = [calibrated_of(one) for one in landscapes]
    hard = [(labels(one)[-1], labels(one, max_drift)[-1]) for one in landscapes]
    grounds = dict.fromkeys(f"{where(one.ground.environment)}, {_effort(one)}" for one in landscapes)
    known = sum(paper.feasible for paper, _ in hard)
    parts = [
        "# Targets of L4 and L5",
        "Generated from the recorded landscapes; do not edit.",
        f"    {one_line(command)}",
        "Measured with " + "; ".join(cell(g, 300) for g in grounds) + ".",
        "Medium is the best speedup that the search found at a loss of at most 5%; easy is 0.8 of it, hard 1.2, and no "
        "target is below 1.05x. The best of many noisy numbers is a little too good: that is the paper's recipe.",
        _targets(landscapes, targets),
        f"## Hard targets: {known} of {len(hard)} have a witness",
        "A witness is a recorded plan that meets the target. It is *within the noise* where the low end of its "
        "interval, or its loss plus a standard error, does not. None found does not mean impossible.",
        grid(
            ["baseline", "asked", "paper's gate", f"and drift ≤ {max_drift:g}" if max_drift else "any drift"],
            [[p.baseline, times(p.required), _said(p), _said(d)] for p, d in hard],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _effort(one: Landscape) -> str:
    recipe = one.ground.recipe
    extra = f" and {recipe.extra} more" if recipe.extra else ""
    pairs = counted(one.ground.protocol.pairs, "timed pair")
    return f"{counted(recipe.trials, 'trial')}{extra}, {counted(recipe.samples, 'prompt')} and {pairs} each"


def _targets(landscapes: Sequence[Landscape], targets: Sequence[Calibrated]) -> str:
    rows: list[list[str]] = []
    for one, it in zip(landscapes, targets, strict=True):
        speeds = [times(it.speedup(d)) for d in ("easy", "medium", "hard")]
        failed = sum(t.failure is not None for t in one.trials)
        rows.append(
            [
                it.baseline,
                cell(one.ground.situation.pipeline_class),
                seconds(it.baseline_s),
                *speeds,
                _loss(one),
                cell(it.witness or "none", 200),
                f"{len(one.trials)} ({failed} failed)",
            ]
        )
    head = ["baseline", "pipeline", "an image", "easy", "medium", "hard", "loss", "witness of medium", "trials"]
    return grid(head, rows)


def _loss(one: Landscape) -> str:
    first = one.model_copy(update={"trials": one.trials[: one.ground.recipe.trials]})
    found = first.within(one.ground.recipe.max_loss)
    return f"{percent(found[0][1].loss)} ± {100 * found[0][1].loss_se:.1f}" if found else "–"


def _said(label: Label) -> str:
    return cell(label.sentence(), 200)


def replay_page(played: Sequence[Games], landscapes: Sequence[Landscape], command: str) -> str:
    """The page: `replay_section` with its picture."""
    picture = "![games that met medium, against evaluations](replay.png)"
    return f"# Solvers on recorded landscapes\n\n{replay_section(played, landscapes, command)}\n\n{picture}\n"


def replay_section(played: Sequence[Games], landscapes: Sequence[Landscape], command: str) -> str:
    """Solvers at one budget on recorded landscapes, marked as replayed."""
    grounds = dict.fromkeys(where(one.ground.environment) for one in landscapes)
    plans = sum(len(one.trials) for one in landscapes)
    parts = [
        "## Replayed, not run",
        f"    {one_line(command)}",
        f"Answers come from {plans} recorded plans of {counted(len(landscapes), 'baseline')}, measured with "
        f"{'; '.join(cell(g, 200) for g in grounds)}. A solver here chooses among recorded plans alone, which a search "
        "chose before it: that is easier than the real task, so these rates compare solvers with one another and "
        "with nothing else. Goals that no recorded plan meets are left out. Medium is the best of the recorded plans, "
        "noise included, so that mostly one plan of a landscape meets it.",
        _SOLVERS,
    ]
    there = {g.difficulty for g in played}
    asked: tuple[Difficulty, ...] = ("medium", "easy", "hard")
    for difficulty in asked:
        if difficulty not in there:
            continue
        parts += [
            f"## Evaluations to reach {difficulty}",
            _overall(played, difficulty),
            _by_pipeline(played, landscapes, difficulty),
        ]
    if not played:
        parts.append("No goal is met by a recorded plan.")
    return "\n\n".join(parts)


_SOLVERS = """\
- `diffagent` goes by the chance to meet the target: the knowledge base's expectations, corrected after each
  measurement. Its memory is empty; `diffagent, memory` remembers the landscapes of all pipelines but the one played.
- `paper` is the paper's genetic algorithm: seven plans a generation, four of them refined from parents that are
  sampled by a weighted sum of speedup and loss. The knowledge base's expectations, corrected between generations,
  stand in for its language model; a child is chosen among the quarter of the plans left that is most like its parent.
- `nsga2` is our own small NSGA-II (population 7): optuna's cannot be held to recorded plans. A child is snapped to
  the most alike plan that is left. `tpe` is a tree-structured Parzen estimator over the plans that are left.
- `best-of-n` follows the knowledge base's expectations and learns nothing; `random` takes any plan.

A game that does not reach its goal within the budget counts as one evaluation more than the budget. Intervals: 95%,
over landscapes (drawn first, then seeds); those of one landscape over its seeds."""


def _overall(played: Sequence[Games], difficulty: Difficulty) -> str:
    rows = [
        [
            cell(d.solver),
            f"{_count(d.median, d.budget)} ({_count(d.median_interval.low, d.budget)}–"
            f"{_count(d.median_interval.high, d.budget)})",
            f"{d.mean:.1f}",
            _share(d.met, d.met_interval.low, d.met_interval.high),
            _share(d.achieved, d.achieved_interval.low, d.achieved_interval.high),
            f"{d.landscapes} × {d.repeats}",
        ]
        for d in duels([g for g in played if g.difficulty == difficulty])
    ]
    budget = max(g.budget for g in played)
    head = ["solver (replayed)", "median evaluations", "mean", f"met within {budget}", "achieved", "landscapes × seeds"]
    return grid(head, rows)


def _by_pipeline(played: Sequence[Games], landscapes: Sequence[Landscape], difficulty: Difficulty) -> str:
    """A row for each landscape, a column for each solver: median (interval over seeds), and how many games met it."""
    wanted = [g for g in played if g.difficulty == difficulty]
    solvers = list(dict.fromkeys(g.solver for g in wanted))
    titles = {one.ground.baseline: _title(one) for one in landscapes}
    rows: list[list[str]] = []
    for baseline in dict.fromkeys(g.baseline for g in wanted):
        mine = {g.solver: duel([g]) for g in wanted if g.baseline == baseline}
        rows.append([f"{cell(titles[baseline])} ({baseline})", *(_said_of(mine[s]) for s in solvers)])
    return grid(["pipeline", *map(cell, solvers)], rows)


def _title(one: Landscape) -> str:
    situation = one.ground.situation
    card = any_card_for(situation.pipeline_class, situation.pipeline.model_id)
    return card.title if card else situation.pipeline_class


def _said_of(d: Duel) -> str:
    interval = f"{_count(d.median_interval.low, d.budget)}–{_count(d.median_interval.high, d.budget)}"
    met = "" if d.met == 1 else f", met {100 * d.met:.0f}%"
    return f"{_count(d.median, d.budget)} ({interval}){met}"


def _count(evaluations: float, budget: int) -> str:
    """`7`, `7.5`, or `>28`"""
    return f"{round(evaluations, 1):g}" if evaluations <= budget else f">{budget}"


def _share(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f}% ({100 * low:.1f}–{100 * high:.1f})"
