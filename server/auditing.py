"""`audit`: every check of the judge on any script, alone or beside its baseline, as a list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from ..knowledge import sanity
from ..knowledge.checks import CHECKS, Finding, finding
from ..knowledge.proof import differences, unproven
from ..knowledge.types import (
    Candidate,
    Environment,
    Evaluation,
    Event,
    Failure,
    NotProven,
    Plan,
    Protocol,
    Record,
    Step,
    Trace,
    Verdict,
)
from ..knowledge.types.request import MAX_DRIFT, MAX_LOSS
from ..tools.measure.alone import Alone, as_asked, look
from ..tools.measure.baseline import Baseline, Subject
from ..tools.measure.runner import Live
from ..tools.measure.start import Start
from ..tools.script.tricks import Trick, added, handicaps, tricks_in
from .app import App
from .opening import Opened, open_script
from .service import Unmeasurable
from .session import Session, session

PROMPTS, PAIRS, SPREAD = 8, 4, 4
_FITTED = 0.15
"""drift by which held-out prompts may be worse than the others"""
_RECORDED = ("steps", "resolution", "model", "guidance", "batch", "components", "inert", "work")
"""checks of the record, beside the baseline's"""
_BESIDE = "needs its baseline: name it with --baseline"
_FINE = {
    "clock": "no clock is replaced",
    "evaluator": "nothing of the evaluator is imported or looked for",
    "secrets": "no file is named that is none of its own",
    "kept": "nothing that it writes is read again",
    "processes": "no thread and no process is started",
    "fallback": "no failure around the pipeline is swallowed",
    "instructions": "no text addresses whoever judges it",
    "baseline": "the baseline is slowed by nothing that the script lacks",
    "steps": "as many as the call asks for",
    "resolution": "latents and pictures have the baseline's size",
    "model": "configuration, size and weights are the baseline's",
    "guidance": "guidance, negative prompt and text are the baseline's",
    "batch": "the denoiser's batch is the baseline's",
    "components": "every part of the baseline is there",
    "inert": "what was found on the live pipeline is at work",
    "work": "the arithmetic is what the methods leave to do",
    "timed": "timed pictures are as close to the baseline's as scored ones",
}


class Audited(Record):
    """What every check says, in the order in which they are listed."""

    script: str
    baseline: str | None
    environment: Environment
    findings: tuple[Finding, ...]
    evaluation: Evaluation | None = None

    @property
    def caught(self) -> tuple[Finding, ...]:
        """The checks that it fails."""
        return tuple(f for f in self.findings if f.state == "caught")


@dataclass(frozen=True)
class Asked:
    """A script to audit, perhaps beside its baseline."""

    path: Path
    baseline: Path | None = None
    plan: Plan | None = None
    """what it says was done to it; None: as far as that shows on the live pipeline"""
    pipeline: str | None = None
    start: Start = field(default_factory=Start)
    prompts: Path | None = None


def audit(app: App, asked: Asked, say: Callable[[Event], None], rng: Random | None = None) -> Audited:
    """Run the checks. Raises UsageError for a file that cannot be read, Unmeasurable for one that cannot be run."""
    opened = open_script(asked.path, asked.pipeline)
    subject = opened if asked.baseline is None else open_script(asked.baseline, None)

    def told(sentence: str) -> None:
        say(Event(stage="baseline", sentence=sentence))

    with session(app, subject, asked.start, asked.prompts, told) as one:
        told(f"models: {one.models} · {one.environment.device.name} · {one.python}")
        one.judge.protocols = {name: shortened(p) for name, p in one.protocols.items()}
        before = None if asked.baseline is None else subject.file.text
        found = of_text(opened.file.text, before)
        told("drawing a few pictures")
        alone = _alone(one, opened, rng or SystemRandom())
        found += _of_run(alone, opened, asked.plan)
        evaluation: Evaluation | None = None
        if before is not None and isinstance(alone, Alone):
            beside, evaluation = _beside(one, opened.file.text, alone.trace, asked.plan, told)
            found += beside
        return Audited(
            script=str(asked.path),
            baseline=None if asked.baseline is None else str(asked.baseline),
            environment=one.environment,
            findings=complete(found, before is not None),
            evaluation=evaluation,
        )


def shortened(protocol: Protocol) -> Protocol:
    """A few prompts and pairs in one sitting: enough to see that something is wrong, not how fast it is."""
    return protocol.shortened(PROMPTS, PAIRS, 1, SPREAD)


def of_text(code: str, before: str | None) -> list[Finding]:
    """What reading shows; beside a baseline, what it does not share with it. Pure."""
    tricks = tricks_in(code) if before is None else added(code, before)
    tricks += [] if before is None else handicaps(before, code)
    slugs = [c.slug for c in CHECKS if c.how == "text"] + ([] if before is None else ["baseline"])
    return [_read(slug, [t for t in tricks if t.check == slug]) for slug in slugs]


def _read(slug: str, tricks: Sequence[Trick]) -> Finding:
    if not tricks:
        return finding(slug, "passed", _FINE[slug])
    more = f" (and {len(tricks) - 1} more)" if len(tricks) > 1 else ""
    return finding(slug, "caught", tricks[0].sentence + more)


def _alone(one: Session, opened: Opened, rng: Random) -> Alone | Failure:
    subject = Subject(opened.file.path, opened.file.text, opened.site, one.start)
    live = one.runner.start(subject.job(subject.code), subject.path, one.app.limits)
    if not isinstance(live, Live):
        return live
    try:
        return look(live, one.judge.protocols["quick"], one.scorer, rng, one.threads)
    finally:
        live.close()


def _of_run(alone: Alone | Failure, opened: Opened, plan: Plan | None) -> list[Finding]:
    """A script that cannot be run at all is nobody's cheat: that is said as a complaint."""
    if isinstance(alone, Alone):
        said = (*opened.site.applied, *(s.method for s in plan.steps)) if plan else opened.site.applied
        fine = finding("runs", "passed", "it ran, and gave whole pictures back")
        return [fine, *alone.findings, *as_asked(alone.trace, said)]
    if alone.fault != "candidate" or alone.kind not in ("crashed", "tampered", "not_proven"):
        raise Unmeasurable(alone)
    return [finding("runs", "caught", alone.message)]


def _beside(
    one: Session, code: str, trace: Trace, plan: Plan | None, told: Callable[[str], None]
) -> tuple[list[Finding], Evaluation | None]:
    """The record, the pictures and the time beside the baseline's, on the search's prompts and on held-out ones."""
    before = one.judge.baseline("quick", fresh=True)
    if not isinstance(before, Baseline):
        raise Unmeasurable(before)
    found = of_record(trace, before.profile.trace, plan)
    told("timing it beside its baseline")
    candidate = Candidate(plan=None, code=code)
    verdict = one.judge.evaluate(candidate, "quick")
    if not isinstance(verdict, Evaluation):
        return found + _refused(verdict), None
    found += [finding("timed", "passed", _FINE["timed"]), of_quality(verdict)]
    bound = sanity.ceiling(None, verdict.trace, before.profile)
    found += sanity.looked_at(verdict, before.profile, bound)
    told("drawing prompts that were held out")
    return [*found, held_out(verdict, one.judge.evaluate(candidate, "final"))], verdict


def of_record(trace: Trace, before: Trace, plan: Plan | None = None) -> list[Finding]:
    """Every difference of the records that the plan, or else no method on the live pipeline, explains. Pure.

    A call that asks for other steps, and makes them, says so in its text: that is a change, and no cheat.
    """
    doubts = _undeclared(trace, before) if plan is None else unproven(plan, trace, before)
    caught = {d.check or "inert": d.message for d in reversed(doubts)}
    return [
        finding(s, "caught", caught[s]) if s in caught else finding(s, "passed", _FINE[s])
        for s in (*_RECORDED, *(s for s in caught if s not in _RECORDED))
    ]


def _undeclared(trace: Trace, before: Trace) -> list[NotProven]:
    """With the plan that shows on the live pipeline."""
    methods = tuple(Step(method=slug, params=knobs) for slug, knobs in trace.methods.items())
    said = trace.requested_steps is not None and trace.denoiser_calls >= trace.requested_steps
    openly = (Step(method="sampler"),) if said else ()
    doubts = differences(Plan(steps=(*methods, *openly)), trace, before)
    doubts += [d for d in unproven(Plan(steps=methods), trace, before) if d.method is not None]
    return doubts


def _refused(verdict: Failure) -> list[Finding]:
    slug = getattr(verdict, "check", None) or "runs"
    return [finding(slug, "caught", verdict.message)]


def of_quality(found: Evaluation) -> Finding:
    """Are its pictures outside the default gate, by more than a few prompts can be by chance? Pure."""
    numbers = (
        f"loss {100 * found.loss:.1f}% ± {100 * found.loss_se:.1f}, drift {found.drift:.2f} ± {found.drift_se:.2f}"
    )
    far = found.loss - 2 * found.loss_se > MAX_LOSS or found.drift - 2 * found.drift_se > MAX_DRIFT
    return finding("quality", "caught" if far else "passed", f"{numbers} over {found.prompts} prompts")


def held_out(searched: Evaluation, final: Verdict) -> Finding:
    """Is it as good on prompts that no search has seen? Pure."""
    if not isinstance(final, Evaluation):
        return finding("held_out", "caught", f"on prompts that nobody has seen: {final.message}")
    worse = final.drift - searched.drift
    numbers = f"drift {final.drift:.2f} on held-out prompts, {searched.drift:.2f} on those of the search"
    fitted = worse > _FITTED + 3 * (final.drift_se**2 + searched.drift_se**2) ** 0.5
    return finding("held_out", "caught" if fitted else "passed", numbers)


def complete(found: Iterable[Finding], beside: bool) -> tuple[Finding, ...]:
    """Every check once: caught before passed, and what was not reached or needs a baseline as not applicable."""
    listed: list[Finding] = []
    for check in CHECKS:
        said = [f for f in found if f.check == check.slug]
        worst = next((f for f in said if f.state == "caught"), said[0] if said else None)
        why = "not reached: an earlier check stands in its way" if beside or check.how != "pair" else _BESIDE
        listed.append(worst or finding(check.slug, "not_applicable", why))
    return tuple(listed)
