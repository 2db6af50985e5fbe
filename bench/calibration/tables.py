"""Calibrations and replays as pages of docs/results/. Pure."""

from collections.abc import Sequence

from ...knowledge.types import Calibrated
from ...tools.report.summary import where
from ...tools.report.text import counted, one_line, percent, seconds, times
from ..report.tables import cell, grid
from .calibrate import Label, calibrated_of, labels
from .landscape import Landscape
from .replay import Duel


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


def replay_section(duels: Sequence[Duel], landscapes: Sequence[Landscape], command: str) -> str:
    """Solvers at one budget on recorded landscapes, marked as replayed."""
    grounds = dict.fromkeys(where(one.ground.environment) for one in landscapes)
    plans = sum(len(one.trials) for one in landscapes)
    rows = [
        [
            cell(d.solver),
            d.difficulty,
            _share(d.met, d.met_interval.low, d.met_interval.high),
            _share(d.achieved, d.achieved_interval.low, d.achieved_interval.high),
            f"{d.evaluations:.1f} of {d.budget}",
            f"{d.landscapes} × {d.repeats}",
        ]
        for d in duels
    ]
    head = ["solver (replayed)", "difficulty", "met", "achieved", "evaluations", "landscapes × seeds"]
    parts = [
        "## Replayed, not run",
        f"    {one_line(command)}",
        f"Answers come from {plans} recorded plans of {counted(len(landscapes), 'baseline')}, measured with "
        f"{'; '.join(cell(g, 200) for g in grounds)}. A solver here chooses among recorded plans alone, which a search "
        "chose before it: that is easier than the real task, so these rates compare solvers with one another and "
        "with nothing else. Goals that no recorded plan meets are left out. Intervals: 95%, over landscapes.",
        grid(head, rows) if rows else "No goal is met by a recorded plan.",
    ]
    return "\n\n".join(parts)


def _share(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f}% ({100 * low:.1f}–{100 * high:.1f})"
