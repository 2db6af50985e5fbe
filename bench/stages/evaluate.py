"""All three stages in order. The first that finds something wanting names the failure, and nothing after it is run."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ...knowledge.catalogue import methods_of
from ...knowledge.types import (
    Absolute,
    Calibrated,
    Failure,
    FailureClass,
    ModelMissing,
    NotProven,
    Plan,
    Protocol,
    Relative,
    Script,
    Static,
    Tampered,
    Task,
    Threshold,
    Trace,
)
from ...tools.measure.judge import Judge
from ...tools.measure.runner import Limits, Live, Pictures, Runner
from ...tools.measure.sampling import call_at, trace_of
from ...tools.measure.scorer import Scorer
from ...tools.script.analyse import analyse
from ...tools.store.bench import KeptPicture
from . import absolute, protocols, relative
from .place import Place

Compare = Callable[[Task, str, Trace | None], Static]


@dataclass(frozen=True)
class Findings:
    """What the stages say about one submission, with the pictures behind it."""

    failure: FailureClass | None = None
    sentence: str = ""
    crash: Failure | None = None
    static: Static | None = None
    absolute: Absolute | None = None
    relative: Relative | None = None
    pictures: tuple[KeptPicture, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Stages:
    """What judging needs beside the task; one for each worker."""

    runner: Callable[[], Runner]
    scorer: Callable[[], Scorer]
    compare: Compare
    bound: Callable[[Task], Threshold]
    """stage 2's pictures, and what each must reach"""
    limits: Limits
    max_drift: float | None = None

    def evaluate(
        self, task: Task, code: str | None, place: Place, judge: Judge | None, calibrated: Calibrated | None
    ) -> Findings:
        """Stage 1 on the text, then on the live pipeline with stage 2; stage 3 where the task has a baseline."""
        if code is None:
            return Findings(failure="no submission", sentence="nothing was handed in")
        read = analyse("script.py", code)
        if not isinstance(read, Script):
            return Findings(failure="compile error", sentence=read.message)
        shown = self._shown(task, code, place)
        if shown.failure is not None or judge is None or calibrated is None or task.difficulty is None:
            return shown
        return self._raced(task, code, shown, judge, calibrated)

    def _shown(self, task: Task, code: str, place: Place) -> Findings:
        live = self.runner().start(place.job(code), place.path, self.limits)
        if not isinstance(live, Live):
            return self._not_started(live, task, code)
        try:
            return self._looked_at(live, task, code)
        finally:
            live.close()

    def _not_started(self, failure: Failure, task: Task, code: str) -> Findings:
        """It does not run. Where that is because it names another model, the name is what is wrong."""
        static = self.compare(task, code, None)
        if isinstance(failure, ModelMissing) and static.mismatches:
            return Findings("key-attribute error", mismatch_sentence(static), failure, static)
        return replace(_crashed(failure), static=static)

    def _looked_at(self, live: Live, task: Task, code: str) -> Findings:
        bound = self.bound(task)
        protocol = protocols.absolute(bound)
        trace = recorded(live, protocol)
        if not isinstance(trace, Trace):
            return _crashed(trace)
        static = self.compare(task, code, trace)
        if static.mismatches:
            return Findings(failure="key-attribute error", sentence=mismatch_sentence(static), static=static)
        pictures = absolute.drawn(live, protocol, batch_of(static, protocol))
        if not isinstance(pictures, list):
            return _crashed(pictures)
        found = absolute.absolute(pictures, bound.threshold, self.scorer())
        wanting = absolute.shortfall(found)
        failure: FailureClass | None = "absolute quality" if wanting else None
        return Findings(failure, wanting or "", static=static, absolute=found, pictures=tuple(pictures))

    def _raced(self, task: Task, code: str, shown: Findings, judge: Judge, calibrated: Calibrated) -> Findings:
        assert task.difficulty is not None and task.max_loss is not None
        found = relative.relative(judge, code, calibrated.speedup(task.difficulty), task.max_loss)
        if not isinstance(found, Relative):
            crash = _crashed(found)
            return Findings(crash.failure, crash.sentence, found, shown.static, shown.absolute, None, shown.pictures)
        failure, sentence = relative.shortfall(found, self.max_drift) or (None, "")
        pictures = (*shown.pictures, *relative.kept(judge, code, judge.protocols[relative.NAME]))
        return Findings(failure, sentence, None, shown.static, shown.absolute, found, pictures)


def recorded(live: Live, protocol: Protocol) -> Trace | Failure:
    """The runner's record of one counted call."""
    made = live.pictures(*call_at(live, protocol, 0), deep=True)
    return trace_of(made) if isinstance(made, Pictures) else made


def batch_of(static: Static, protocol: Protocol) -> int:
    """Several pictures at a time, unless a method that was found makes them depend on one another."""
    found = [a for a in (static.text, static.live) if a is not None]
    safe = all(m.batch_safe for a in found for m in methods_of(Plan(steps=a.methods)))
    return protocol.batch if safe and found else 1


def mismatch_sentence(static: Static) -> str:
    """`steps is 25 instead of 30 (read in the code)`"""
    how = {"text": "read in the code", "live": "recorded while it ran"}
    said = dict.fromkeys(
        f"{m.attribute} is {m.found} instead of {m.wanted} ({how[m.source]})" for m in static.mismatches
    )
    return "; ".join(said)


def _crashed(failure: Failure) -> Findings:
    """It does not run, which the paper calls a compile error; or it runs as something else than what was asked for."""
    kind: FailureClass = "key-attribute error" if isinstance(failure, NotProven | Tampered) else "compile error"
    return Findings(failure=kind, sentence=failure.message, crash=failure)
