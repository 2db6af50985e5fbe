"""An outcome in words: the same sentences and rows for the terminal and for the page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...knowledge.types import (
    Environment,
    Evaluation,
    Failure,
    Outcome,
    Reading,
    Target,
    Trial,
    Usage,
    Verdict,
    best_evaluation,
)
from .text import clean, counted, one_line, percent_se, seconds, times, two_decimals


@dataclass(frozen=True)
class CandidateRow:
    """One candidate, ready to print."""

    number: int
    mark: str  # winner, best, front, or nothing
    generation: int
    parents: str
    plan: str
    why: str
    protocol: str
    speedup: str
    loss: str
    drift: str
    verdict: str
    good: bool
    reason: str
    evidence: str
    quick: str  # the search's own numbers, where the row shows those of `final`
    cached: bool
    seconds: str


def headline(outcome: Outcome) -> str:
    """The whole result in one line: speed and quality together, and what they were measured on."""
    said = f"{claim(outcome)} · {conditions(outcome)}"
    return said if outcome.winner is not None else f"{said}. {limit_sentence(outcome)}"


def claim(outcome: Outcome) -> str:
    """What was found, without where."""
    evaluation = chosen_evaluation(outcome)
    missed = f"Target {target_sentence(outcome.target)} not met"
    if evaluation is None:
        return f"{missed}: {_nothing_to_show(outcome)}; {baseline_sentence(outcome)}"
    said = f"{_took(evaluation, outcome.target)}{numbers(evaluation)}"
    if outcome.winner is not None:
        return said
    if evaluation.speedup <= 1:
        return f"{missed}: nothing is faster than the script as it is; nearest {said}"
    return f"{missed}: best {said}"


def numbers(e: Evaluation) -> str:
    """`2.31x faster (95% 2.27-2.36, 12 pairs), quality loss 0.4% ± 0.3 (20 prompts), drift 0.12`"""
    gain = f"{times(e.speedup)} faster" if e.speedup > 1 else f"{times(e.speedup)} the speed"
    interval = f"{e.speedup_interval.level:.0%} {_interval(e)}, {counted(e.pairs, 'pair')}"
    quality = f"quality loss {percent_se(e.loss, e.loss_se)} ({pictures_of([s.prompt for s in e.scores], e.prompts)})"
    return ", ".join([f"{gain} ({interval})", quality, f"drift {two_decimals(e.drift)}", *map(reading, e.metrics)])


def reading(read: Reading) -> str:
    """`lpips 0.083`"""
    return f"{one_line(read.metric, 40)} {read.value:.3g}"


def pictures_of(prompts: Sequence[str], pictures: int) -> str:
    """`48 prompts`; `48 pictures of 2 prompts` where a short list was drawn again with other seeds."""
    different = len(set(prompts))
    if different in (0, pictures):
        return counted(pictures, "prompt")
    return f"{counted(pictures, 'picture')} of {counted(different, 'prompt')}"


def _took(e: Evaluation, target: Target) -> str:
    """Seconds, where seconds were asked for: they hold for this machine as busy as it was."""
    if target.latency_s is None:
        return ""
    return f"{seconds(e.latency_s)} an image, {seconds(e.baseline_s)} before: "


def conditions(outcome: Outcome) -> str:
    """`tiny zoo models v2 on AMD EPYC (cpu, 2 threads), final protocol`"""
    evaluation = chosen_evaluation(outcome)
    protocol = f", {evaluation.protocol} protocol" if evaluation is not None else ""
    return f"{where(outcome.environment)}{protocol}"


def where(environment: Environment) -> str:
    """`tiny zoo models v2 on AMD EPYC (cpu, 2 threads)`"""
    return f"{models(environment)} on {device(environment)}"


def models(environment: Environment) -> str:
    """Which models, and which version of them."""
    name = "tiny zoo models" if environment.models == "zoo" else "hub models"
    return one_line(f"{name} {environment.models_version}", 120)


def device(environment: Environment) -> str:
    """The device with its threads."""
    it = environment.device
    threads = f", {counted(it.threads, 'thread')}" if it.threads is not None else ""
    return one_line(f"{it.name} ({it.kind}{threads})", 120)


def target_sentence(target: Target) -> str:
    """`2x (quality loss at most 5%, drift at most 0.35)`"""
    wanted = [f"{target.speedup:g}x"] if target.speedup is not None else []
    wanted += [f"{seconds(target.latency_s)} an image"] if target.latency_s is not None else []
    bounds = [f"quality loss at most {100 * target.max_loss:g}%"]
    bounds += [f"drift at most {target.max_drift:g}"] if target.max_drift is not None else []
    bounds += [f"{one_line(b.metric, 40)} at most {b.most:g}" for b in target.metrics if b.most is not None]
    return f"{' and '.join(wanted) or 'no slower'} ({', '.join(bounds)})"


def baseline_sentence(outcome: Outcome) -> str:
    """`the script takes 1.23 s an image (95% 1.21 s-1.25 s, 6 samples)`"""
    it = outcome.baseline
    interval = f"{it.interval.level:.0%} {seconds(it.interval.low)}-{seconds(it.interval.high)}"
    return f"the script takes {seconds(it.latency_s)} an image ({interval}, {counted(it.samples, 'sample')})"


def limit_sentence(outcome: Outcome) -> str:
    """What stands in the way; empty where the target was met."""
    if outcome.winner is not None:
        return ""
    limit = one_line(outcome.limit) if outcome.trials else ""
    return f"What stands in the way: {limit}" if limit else f"The search stopped: {outcome.stopped}."


def effort_sentence(outcome: Outcome) -> str:
    """`14 candidates in 3 min 12 s: 9 evaluations measured now, 5 candidates from the store. Stopped: target met.`"""
    served = sum(t.cached for t in outcome.trials)
    work = f"{counted(outcome.measured, 'evaluation')} measured now, {counted(served, 'candidate')} from the store"
    done = f"{counted(len(outcome.trials), 'candidate')} in {seconds(outcome.seconds)}"
    return f"{done}: {work}. Stopped: {outcome.stopped}.{models_sentence(outcome)}"


def models_sentence(outcome: Outcome) -> str:
    """` Language model: anthropic:MODEL, 4 requests, 12300 tokens, 0.031 USD.` Empty where none took part."""
    if not outcome.asked:
        return ""
    name = f"{'Simulation: ' if outcome.simulated else ''}{', '.join(outcome.asked)}"
    return f" Language model: {name}{'; ' if not outcome.cost.requests else ', '}{cost(outcome.cost, outcome.reused)}."


def cost(spent: Usage, reused: int) -> str:
    """`4 requests, 12300 tokens, 0.031 USD`"""
    if not spent.requests:
        return "its answers came from the store, and cost nothing now" if reused else "it was not asked"
    money = "price not known" if spent.usd is None else f"{spent.usd:.3f} USD"
    return f"{counted(spent.requests, 'request')}, {counted(spent.tokens, 'token')}, {money}"


def failures_sentence(outcome: Outcome) -> str:
    """`17 of 24 candidates evaluated, 7 failed (4 crashed, 3 not proven)`"""
    if not outcome.trials:
        return "No candidate was tried"
    failed = Counter(reason(f) for t in outcome.trials if (f := failure(t)) is not None)
    alive, tried = len(outcome.trials) - failed.total(), counted(len(outcome.trials), "candidate")
    kinds = ", ".join(f"{n} {kind}" for kind, n in failed.most_common())
    return f"{alive} of {tried} evaluated" + (f", {failed.total()} failed ({kinds})" if kinds else "")


def candidates_table(outcome: Outcome) -> list[CandidateRow]:
    """One row a candidate, in the order they were tried."""
    front = frozenset(t.number for t in outcome.front())
    return [_row(outcome, t, front) for t in outcome.trials]


def chosen(outcome: Outcome) -> Trial | None:
    """The trial that the report is about: the winner, else the best."""
    return outcome.trial(outcome.winner if outcome.winner is not None else outcome.best)


def chosen_evaluation(outcome: Outcome) -> Evaluation | None:
    """The numbers of the trial that the report is about."""
    trial = chosen(outcome)
    return best_evaluation(trial) if trial is not None else None


def flags(outcome: Outcome) -> tuple[str, ...]:
    """What a person should look at before believing the numbers of the trial that the report is about."""
    found = chosen_evaluation(outcome)
    return () if found is None else found.flags


def failure(trial: Trial) -> Failure | None:
    """Why it has no numbers that count, if it has none."""
    last: Verdict = trial.final if trial.final is not None else trial.verdict
    return None if isinstance(last, Evaluation) else last


def reason(failed: Failure) -> str:
    """The kind of a failure, in words: `out of memory`"""
    return failed.kind.replace("_", " ")


def judged(e: Evaluation, target: Target) -> str:
    """An evaluation against the target, in a few words."""
    required = target.required_speedup(e.baseline_s)
    short = [] if _fast(e, target) else ["too slow"]
    short += ["loses too much"] if e.loss > target.max_loss else []
    short += ["drifts too far"] if target.max_drift is not None and e.drift > target.max_drift else []
    short += [f"{one_line(bound.metric, 40)} too high" for bound in target.metrics if not bound.held_by(e)]
    if short:
        return ", ".join(short)
    if e.protocol == "quick":
        return "meets the target, quick only"
    if target.undecided_by(e):
        return "meets it, but the machine is too noisy to tell"
    return "meets the target" if e.speedup_interval.low >= required else "meets it, but its interval does not"


def _fast(e: Evaluation, target: Target) -> bool:
    fast = target.speedup is None or e.speedup >= target.speedup
    return fast and (target.latency_s is None or e.latency_s <= target.latency_s)


def _interval(e: Evaluation) -> str:
    return f"{two_decimals(e.speedup_interval.low)}-{two_decimals(e.speedup_interval.high)}"


def _nothing_to_show(outcome: Outcome) -> str:
    if not outcome.trials:
        return "no candidate was measured"
    failed = sum(failure(t) is not None for t in outcome.trials)
    if failed == len(outcome.trials):
        return f"no candidate succeeded ({failed} failed)"
    return f"no candidate was better than the script as it is ({len(outcome.trials)} tried)"


def _row(outcome: Outcome, trial: Trial, front: frozenset[int]) -> CandidateRow:
    e, failed = best_evaluation(trial), failure(trial)
    return CandidateRow(
        number=trial.number,
        mark=_mark(outcome, trial, front),
        generation=trial.proposal.generation,
        parents=", ".join(str(n) for n in trial.proposal.parents),
        plan=one_line(trial.proposal.plan.sentence()),
        why=one_line(trial.proposal.why, 200),
        protocol=e.protocol if e is not None else ("final" if trial.final is not None else "quick"),
        speedup=f"{times(e.speedup)} ({_interval(e)})" if e is not None else "",
        loss=percent_se(e.loss, e.loss_se) if e is not None else "",
        drift=two_decimals(e.drift) if e is not None else "",
        verdict=judged(e, outcome.target) if e is not None else _failed_as(trial, failed),
        good=e is not None and outcome.target.met_by(e),
        reason=one_line(failed.message) if failed is not None else "",
        evidence=clean(failed.evidence).strip() if failed is not None else "",
        quick=_quick(trial),
        cached=trial.cached,
        seconds=seconds(trial.seconds),
    )


def _mark(outcome: Outcome, trial: Trial, front: frozenset[int]) -> str:
    if trial.number == outcome.winner:
        return "winner"
    if outcome.winner is None and trial.number == outcome.best:
        return "best"
    return "front" if trial.number in front else ""


def _failed_as(trial: Trial, failed: Failure | None) -> str:
    kind = reason(failed) if failed is not None else ""
    return f"{kind}, under final" if trial.final is not None else kind


def _quick(trial: Trial) -> str:
    e = trial.verdict
    if trial.final is None or not isinstance(e, Evaluation):
        return ""
    return f"quick: {times(e.speedup)}, loss {percent_se(e.loss, e.loss_se)}, drift {two_decimals(e.drift)}"
