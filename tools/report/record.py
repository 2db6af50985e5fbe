"""What happened in a run, in the order of time: progress, and every question to a language model. `trace.jsonl`."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from ...knowledge.types import Evaluation, Event, Exchange, Outcome, Trial, as_json
from .text import clean


@dataclass(frozen=True)
class Moment:
    """One thing that happened, so many seconds after the start."""

    at: float
    what: Event | Exchange


@dataclass
class Recorder:
    """Hears what a run says, and keeps it with the time; passes it on."""

    say: Callable[[Event], None]
    clock: Callable[[], float]
    asked: Callable[[], Sequence[Exchange]] = lambda: ()
    """the exchanges so far"""
    moments: list[Moment] = field(default_factory=list[Moment])

    def __post_init__(self) -> None:
        self._began = self.clock()

    def __call__(self, event: Event) -> None:
        at = self.clock() - self._began
        heard = sum(isinstance(m.what, Exchange) for m in self.moments)
        self.moments += [Moment(at, e) for e in self.asked()[heard:]]
        self.moments.append(Moment(at, event))
        self.say(event)


def jsonl(outcome: Outcome, moments: Sequence[Moment]) -> str:
    """A JSON object a line: the run, what happened, how it ended."""
    return "".join(f"{json.dumps(_cleaned(line), ensure_ascii=False)}\n" for line in _lines(outcome, moments))


def _lines(outcome: Outcome, moments: Sequence[Moment]) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "run",
        "version": version("diffagent-mcp"),
        "script": outcome.script.path,
        "pipeline": outcome.pipeline,
        "target": as_json(outcome.target),
        "budget": as_json(outcome.budget),
        "search": as_json(outcome.search),
        "environment": as_json(outcome.environment),
        "language_models": list(outcome.asked),
        "simulated": outcome.simulated,
        "caps": as_json(outcome.caps),
    }
    for moment in moments:
        at, what = round(moment.at, 3), moment.what
        if isinstance(what, Exchange):
            yield {"kind": "exchange", "at": at, **as_json(what)}
        elif what.trial is None:
            yield {"kind": "event", "at": at, "stage": what.stage, "sentence": what.sentence}
        else:
            yield {"kind": "trial", "at": at, "stage": what.stage, **_trial(what.trial)}
    yield {
        "kind": "end",
        "seconds": round(outcome.seconds, 3),
        "stopped": outcome.stopped,
        "winner": outcome.winner,
        "best": outcome.best,
        "limit": outcome.limit,
        "cost": as_json(outcome.cost),
        "reused": sum(isinstance(m.what, Exchange) and m.what.reused for m in moments),
    }


def _trial(trial: Trial) -> dict[str, Any]:
    verdict = trial.final or trial.verdict
    row: dict[str, Any] = {
        "number": trial.number,
        "generation": trial.proposal.generation,
        "parents": list(trial.proposal.parents),
        "plan": trial.proposal.plan.sentence(),
        "why": trial.proposal.why,
        "code_by": trial.candidate.author if trial.candidate is not None else None,
        "protocol": "final" if trial.final is not None else "quick",
        "trial_seconds": round(trial.seconds, 3),
        "cached": trial.cached,
    }
    if isinstance(verdict, Evaluation):
        interval = verdict.speedup_interval
        numbers = {"speedup": verdict.speedup, "speedup_interval": [interval.low, interval.high]}
        quality = {"loss": verdict.loss, "loss_se": verdict.loss_se, "drift": verdict.drift}
        return {**row, **numbers, **quality, **_metrics(verdict)}
    return {**row, "failure": verdict.kind, "message": verdict.message}


def _metrics(e: Evaluation) -> dict[str, Any]:
    """Those of plugins, where some were asked."""
    return {"metrics": {read.metric: read.value for read in e.metrics}} if e.metrics else {}


def _cleaned(value: Any) -> Any:
    """Without what a terminal would obey."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {k: _cleaned(v) for k, v in value.items()}
    return [_cleaned(v) for v in value] if isinstance(value, list) else value
