"""Numbers of a run as people read them: the same in the page, in markdown and in the terminal. Pure."""

from ...knowledge.types import Run, Submission
from ...tools.report.summary import where
from ...tools.report.text import counted, one_line, seconds
from ..scores import Mean, Rate, Scores, Totals

DEFINITIONS = (
    (
        "S_p",
        "Share of tasks whose one submitted candidate passes every stage. Intervals are Wilson's, 95%; they "
        "take tasks for independent, which the six of one baseline are not quite.",
    ),
    (
        "S_a",
        "Over hard tasks, the mean of min(U / U_required, 1), U being the measured speedup. For L5, which the paper "
        "leaves open, min(latency_required / latency, 1). A candidate that fails an earlier stage or breaks the bound "
        "on quality counts 0. Intervals are a bootstrap, 95%; the tasks of one baseline are drawn together. One "
        "without width says that all values were alike, not that they are certain.",
    ),
    (
        "S_a (ungated)",
        "The same, but whatever was timed counts with its speed, though its quality may have failed. The paper does "
        "not say which of the two it means.",
    ),
    (
        "fast_p",
        "Share of L4 and L5 tasks whose candidate holds every bound on quality and is at least p times faster than the "
        "baseline.",
    ),
)


def share(rate: Rate | None) -> str:
    """`95.2%`"""
    return "–" if rate is None or rate.share is None else f"{100 * rate.share:.1f}%"


def spread(rate: Rate) -> str:
    """`92.8–97.0`"""
    return f"{100 * rate.interval.low:.1f}–{100 * rate.interval.high:.1f}"


def full(rate: Rate | None) -> str:
    """`95.2% (92.8–97.0), 398 of 418`"""
    if rate is None or rate.share is None:
        return "–"
    return f"{share(rate)} ({spread(rate)}), {rate.passed} of {rate.total}"


def mean_full(mean: Mean | None) -> str:
    """`68.3% (60.1–76.0), 62 tasks`"""
    if mean is None:
        return "–"
    low, high = 100 * mean.interval.low, 100 * mean.interval.high
    return f"{100 * mean.value:.1f}% ({low:.1f}–{high:.1f}), {counted(mean.count, 'task')}"


def points(value: float) -> str:
    """A difference of shares: `+3.1`"""
    return f"{100 * value:+.1f}"


def p_value(p: float) -> str:
    """`p = 0.031`, `p < 0.001`"""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def headline(run: Run, scores: Scores) -> str:
    """`diffagent passes 96.2% of 418 tasks (95% 93.9–97.6)`"""
    if scores.done == 0:
        return f"{one_line(run.solver, 60)}: no task has been judged yet"
    held = f"95% {spread(scores.overall)}"
    return f"{one_line(run.solver, 60)} passes {share(scores.overall)} of {counted(scores.done, 'task')} ({held})"


def progress(scores: Scores) -> str:
    """Empty where the run is whole."""
    missing = scores.planned - scores.done
    return f"Unfinished: {missing} of {counted(scores.planned, 'task')} not judged yet." if missing else ""


def settings(run: Run) -> str:
    """`full suite, budget 28 evaluations a task, seed 0, the paper's gate (loss alone)`"""
    gate = "the paper's gate (loss alone)"
    if run.max_drift is not None:
        gate = f"gate: loss, and drift at most {run.max_drift:g}"
    budget = f"budget {counted(run.evaluations, 'evaluation')} a task"
    return f"{one_line(run.suite, 40)} suite, {budget}, seed {run.seed}, {gate}"


def conditions(run: Run) -> str:
    """Which models and device every number stands on."""
    return where(run.environment)


def cost(totals: Totals) -> str:
    """`3,120 evaluations, 12 requests, 45,000 tokens, $1.20, 5 h 12 min of work`; and what was not judged anew."""
    measured = counted_thousands(totals.evaluations, "evaluation")
    work = ", ".join([measured, *asked(totals), f"{seconds(totals.seconds)} of work"])
    if not totals.recalled:
        return work
    return f"{work}; {counted_thousands(totals.recalled, 'verdict')} from other runs, where the same code was handed in"


def asked(it: Totals | Submission) -> list[str]:
    """What a language model was asked and paid; nothing where none was."""
    if not (it.requests or it.tokens or it.cost_usd):
        return []
    return [
        counted_thousands(it.requests, "request"),
        counted_thousands(it.tokens, "token"),
        f"${it.cost_usd:,.2f}",
    ]


def counted_thousands(number: int, noun: str) -> str:
    """`12,345 tokens`"""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
