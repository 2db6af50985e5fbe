"""The use cases: one function each. The doors only translate to and from these."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..agents import coder
from ..agents.calibration import Calibration
from ..agents.llm.team import team
from ..agents.loop import Loop, limit_sentence
from ..agents.selector import fittest
from ..agents.team import OfflinePlanner
from ..knowledge import rules
from ..knowledge.experience import Experience, same_place
from ..knowledge.situation import Situation
from ..knowledge.types import (
    Event,
    Failure,
    Outcome,
    Profile,
    Trial,
)
from ..tools import models, textfile
from ..tools.errors import UsageError
from ..tools.measure.baseline import Baseline
from ..tools.measure.start import Start
from ..tools.report import summary
from ..tools.report.record import Recorder
from ..tools.script.diff import unified
from ..tools.script.overruled import overruled
from ..tools.store import experience
from .app import App
from .opening import Opened, open_script, situation
from .saving import Saved, report_folder, save
from .session import Session, session
from .wishes import Wish

Say = Callable[[Event], None]


@dataclass(frozen=True)
class Finished:
    """What `optimize` hands back: the outcome, the diff of its winner, and where things were written."""

    outcome: Outcome
    diff: str
    saved: Saved


class Unmeasurable(Exception):
    """The script as it is cannot be measured; carries why, as the runner's typed failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def profile(
    app: App,
    path: Path,
    pipeline: str | None,
    start: Start,
    prompts: Path | None,
    say: Say,
    trace: Path | None = None,
    fresh: bool = False,
) -> tuple[Profile, Session]:
    """Measure the script as it is. The session is closed; its environment stays readable."""
    opened = open_script(path, pipeline)
    if trace is not None and not trace.absolute().parent.is_dir():
        raise UsageError(f"cannot write the trace {trace}: there is no folder {trace.absolute().parent}")
    with session(app, opened, start, prompts, _sayer(say)) as one:
        measured = _baseline(one, say, fresh)
        if trace is not None:
            _write_trace(one, trace)
        return measured.profile, one


def _write_trace(one: Session, path: Path) -> None:
    found = one.judge.torch_trace()
    if not isinstance(found, bytes):
        raise Unmeasurable(found)
    textfile.write(path, found.decode("utf-8", "replace"))


def optimize(app: App, wish: Wish, say: Say) -> Finished:
    """Measure, plan, write, search and prove; then write the report and, where the target is met, the new file."""
    started = time.monotonic()
    say = Recorder(say, time.monotonic, lambda: app.ledger.exchanges if app.team.asked else ())
    opened = open_script(wish.path, wish.pipeline)
    report_folder(wish.path, wish.out)
    where = f"{opened.site.pipeline_class} in {wish.path.name}, line {opened.site.start.line}"
    say(Event(stage="analyse", sentence=where))
    screened = None if wish.search.kind == "paper" else wish.target
    metrics = [bound.metric for bound in wish.target.metrics]
    with session(app, opened, wish.start, wish.prompts, _sayer(say), screened, metrics) as one:
        before = _baseline(one, say)
        here = _situation(one, before.profile)
        loop = _loop(one, wish, here, started)
        _search(loop, say)
        outcome = _outcome(one, wish, before.profile, loop, time.monotonic() - started)
        if outcome.winner is None:
            limit = limit_sentence(outcome.trials, wish.target, here)
            outcome = outcome.model_copy(update={"limit": limit})
        return _finish(one, wish, outcome, say)


def _with_handler(failure: Failure, one: Session) -> Failure:
    """A call that a server makes is not reached by running the script, which waits for requests: say how it is."""
    inside = [c for c in one.opened.site.calls if c.function]
    first = next((c for c in inside if c.handler), next(iter(inside), None))
    served = first is not None and first.handler is not None and failure.kind in ("crashed", "timed_out")
    if one.start.entry is not None or first is None or not (served or failure.kind == "never_called"):
        return failure
    route = first.handler is not None and " /" in first.handler
    name = first.handler if route else (first.function or "").replace(".<locals>", "")
    sentence = f"{failure.message}; its call is in {first.function}, so name that: --call '{name}'"
    return failure.model_copy(update={"message": sentence})


def _baseline(one: Session, say: Say, fresh: bool = False) -> Baseline:
    say(Event(stage="baseline", sentence=f"models: {one.models} · {one.environment.device.name} · {one.python}"))
    found = one.judge.baseline("quick", fresh)
    if not isinstance(found, Baseline):
        raise Unmeasurable(_with_handler(found, one))
    p = found.profile
    speed = f"{p.latency_s:.3f} s an image ({p.samples} calls)"
    kept = " (from the store)" if "quick" in one.judge.restored else ""
    say(Event(stage="baseline", sentence=f"baseline{kept}: {speed}, CLIP-Score {p.clip:.1f} ({drawn_from(one)})"))
    return found


def drawn_from(one: Session) -> str:
    """`16 prompts`, or `16 pictures of 2 prompts`: what a CLIP-Score of the quick protocol is a mean of."""
    prompts = one.protocols["quick"].prompts
    return summary.pictures_of(prompts, len(prompts))


def _situation(one: Session, profile: Profile) -> Situation:
    known = situation(one.opened, one.environment, profile)
    return known.model_copy(update={"at_hand": models.ids_at_hand(one.models_home)})


def _loop(one: Session, wish: Wish, here: Situation, started: float) -> Loop:
    allowed = rules.usable(here, wish.only, wish.without)
    if not allowed:
        raise UsageError("no method is left that fits this script here; `diffagent-mcp doctor FILE` says why for each")
    budget = wish.budget
    if budget.seconds is not None:
        left = max(0.001, budget.seconds - (time.monotonic() - started))
        budget = budget.model_copy(update={"seconds": left})
    file, chats = one.opened.file, one.app.team
    agents = team(
        OfflinePlanner(here, wish.target, wish.search, allowed, _believed(one, wish, here)),
        lambda plan: coder.write(plan, file.text, one.opened.script, here),
        chats,
        file.text,
        file.path.name,
    )
    return Loop(
        judge=one.judge,
        agents=agents,
        target=wish.target,
        budget=budget,
        clock=time.monotonic,
        seed=wish.search.seed,
        stop_at_first=wish.search.stop_at_first,
    )


def _believed(one: Session, wish: Wish, here: Situation) -> Calibration:
    """What is expected of plans before the first is measured."""
    return Calibration(here, (), _remembered(one, wish, here), one.environment.models)


def _remembered(one: Session, wish: Wish, here: Situation) -> list[Experience]:
    """What was measured before, of any pipeline on any device; nothing where memory is not wanted.

    A run that was ended goes on by taking the same steps again, which the store serves. So what was measured of this
    very script in this place is left out: it would lead the second run another way.
    """
    known, where = experience.latest(one.app.store) if wish.memory else [], one.environment
    return [
        e
        for e in known
        if e.situation.pipeline != here.pipeline or not same_place(e, where.device, where.libraries, where.models)
    ]


def _search(loop: Loop, say: Say) -> None:
    """Run the loop to its end. An interrupt may fall into the loop, or between two of its events."""
    try:
        for event in loop.run():
            say(event)
    except KeyboardInterrupt:
        loop.stopped = "interrupted"


def _outcome(one: Session, wish: Wish, profile: Profile, loop: Loop, seconds: float) -> Outcome:
    won = next((t for t in loop.trials if t.number == loop.winner), None)
    best = won or fittest(loop.trials, wish.target)
    asked = one.app.team.asked
    return Outcome(
        script=one.opened.script,
        pipeline=one.opened.site.name,
        target=wish.target,
        budget=wish.budget,
        search=wish.search,
        environment=one.environment,
        protocols=tuple(one.protocols.values()),
        start=one.start.model_dump(mode="json"),
        baseline=profile,
        trials=tuple(loop.trials),
        winner=loop.winner,
        best=best.number if best is not None else None,
        stopped=loop.stopped,
        overruled=overruled_by(one.opened, best),
        seconds=seconds,
        asked=tuple(c.model for c in asked),
        simulated=any(c.simulated for c in asked),
        caps=one.app.settings.caps,
        reused=sum(e.reused for e in one.app.ledger.exchanges),
        cost=one.app.ledger.spent,
        measured=loop.measured,
    )


def _finish(one: Session, wish: Wish, outcome: Outcome, say: Recorder) -> Finished:
    say(Event(stage="report", sentence="writing the report"))
    best = summary.chosen(outcome)
    diff = diff_of(one.opened, best)
    saved = save(
        one, wish.path, wish.out, outcome, best, diff, say.moments, apply=wish.apply and outcome.winner is not None
    )
    say(Event(stage="done", sentence=outcome.stopped))
    return Finished(outcome, diff, saved)


def diff_of(opened: Opened, trial: Trial | None) -> str:
    """From the script as it is to a trial's code; empty where there is none."""
    if trial is None or trial.candidate is None:
        return ""
    return unified(opened.file.text, trial.candidate.code, opened.file.path.name)


def overruled_by(opened: Opened, trial: Trial | None) -> tuple[str, ...]:
    """What a trial's code takes out of the script's own hands; nothing where there is none."""
    if trial is None or trial.candidate is None:
        return ()
    return overruled(opened.script, opened.site.name, trial.candidate.code)


def _sayer(say: Say) -> Callable[[str], None]:
    return lambda sentence: say(Event(stage="baseline", sentence=sentence))
