"""Code that somebody else wrote: does it run, what is wrong with it, and how does it compare with the script?"""

from collections.abc import Callable
from pathlib import Path

from ...agents import coder, debugger
from ...knowledge.types import Candidate, Evaluation, Event, Failure, Plan, Trace
from ...tools.errors import UsageError
from ...tools.measure.baseline import Baseline
from ...tools.measure.runner import Live, Pictures
from ...tools.measure.sampling import call_at, trace_of
from ...tools.measure.start import Start
from ...tools.report import summary
from ...tools.script.diff import unified
from ...tools.script.reverting import reverted
from ..app import App
from ..opening import of_text, open_script, situation
from ..session import Session, session
from .ask import Ask, Found
from .outcomes import failed, measured

Say = Callable[[Event], None]


def debug(app: App, path: Path, pipeline: str | None, start: Start, say: Say) -> Found:
    """Run a script isolated, for one picture; where it fails, what is known about it, and a repair that runs."""
    opened = open_script(path, pipeline)
    with session(app, opened, start, None, lambda sentence: say(Event(stage="start", sentence=sentence))) as one:
        say(Event(stage="start", sentence=f"running {path.name} isolated, on {one.models} models"))
        ran = _ran(one, opened.file.text)
        found = ran if isinstance(ran, Found) else _repaired(one, ran, say)
        return found.model_copy(update={"where": summary.where(one.environment)})


def _ran(one: Session, code: str) -> Found | Failure:
    """One picture, with what the live pipeline showed."""
    live = one.runner.start(one.judge.subject.job(code), one.opened.file.path, one.app.limits)
    if not isinstance(live, Live):
        return live
    try:
        made = live.pictures(*call_at(live, one.protocols["quick"], 0), deep=True)
    finally:
        live.close()
    if not isinstance(made, Pictures):
        return made
    trace = trace_of(made)
    return _runs(trace, made.seconds, live.load_s) if isinstance(trace, Trace) else trace


def _runs(trace: Trace, seconds: float, load_s: float) -> Found:
    said = f"it runs: {trace.pipeline_class} with {trace.scheduler_class}, {trace.denoiser_calls} denoiser calls"
    ignored = (f"ignored by the pipeline's call: {', '.join(trace.swallowed)}",) if trace.swallowed else ()
    return Found(
        good=True,
        sentence=f"{said}, {trace.denoiser_dtype}",
        numbers={"first_image_s": round(seconds, 3), "load_s": round(load_s, 3)},
        advice=ignored,
    )


def _repaired(one: Session, failure: Failure, say: Say) -> Found:
    """The failure; with what is known of it, and the code of a repair that ran, where there is one."""
    plan, reasons, first = Plan(steps=one.opened.site.methods), list[str](), failed(failure)
    for _ in range(debugger.ROUNDS):
        fix = debugger.repair(plan, failure)
        if fix is None:
            break
        reasons.append(f"known: {fix.why}")
        code = _written(one, fix.plan)
        if code is None:
            break
        say(Event(stage="start", sentence=f"trying a repair: {fix.why}"))
        ran = _ran(one, code)
        if isinstance(ran, Found):
            text, advice = one.opened.file, (*reasons, f"the repaired code runs: {fix.plan.sentence()}")
            diff = unified(text.text, code, text.path.name)
            return first.model_copy(update={"code": code, "diff": diff, "advice": advice})
        plan, failure = fix.plan, ran
    return first.model_copy(update={"advice": (*reasons, *first.advice)})


def _written(one: Session, plan: Plan) -> str | None:
    """The script before it was accelerated with this plan in it; None where that is not known."""
    try:
        before = of_text(reverted(one.opened.file.path))
    except UsageError:
        return None
    if before is None:
        return None
    made = coder.write(plan, before.file.text, before.script, situation(before, one.environment))
    return made.code if isinstance(made, Candidate) else None


def evaluate(app: App, ask: Ask, start: Start, say: Say) -> Found:
    """Code from outside against the script: it must be the same pipeline; speed and quality are measured."""
    path, code = Path(ask.path), ask.code or ""
    opened = open_script(path, ask.pipeline)
    tell: Callable[[str], None] = lambda sentence: say(Event(stage="baseline", sentence=sentence))  # noqa: E731
    with session(app, opened, start, None, tell, ask.target) as one:
        say(Event(stage="baseline", sentence=f"measuring {path.name} as it is, on {one.models} models"))
        protocol = "final" if ask.final else "quick"
        before = one.judge.baseline(protocol)
        if not isinstance(before, Baseline):
            found = failed(before)
            return found.model_copy(update={"sentence": f"the script as it is cannot be measured: {found.sentence}"})
        candidate = Candidate(plan=None, code=code, author="model")
        say(Event(stage="search", sentence=f"measuring the code against it ({protocol} protocol)"))
        verdict = one.judge.known(candidate, protocol) or one.judge.evaluate(candidate, protocol)
        found = _compared(verdict, ask) if isinstance(verdict, Evaluation) else failed(verdict)
        diff = unified(opened.file.text, code, opened.file.path.name)
        where = f"{summary.where(one.environment)}, {protocol} protocol"
        return found.model_copy(update={"code": code if found.numbers else None, "diff": diff, "where": where})


def _compared(e: Evaluation, ask: Ask) -> Found:
    verdict, sure = summary.judged(e, ask.target), e.speedup_interval.low >= ask.target.required_speedup(e.baseline_s)
    said = f"{summary.numbers(e)}: {verdict}; the target is {summary.target_sentence(ask.target)}"
    return Found(good=ask.target.met_by(e) and (e.protocol != "final" or sure), sentence=said, numbers=measured(e))
