"""What the loop did and found."""

from typing import Any, Literal

from pydantic import Field

from ..pareto import dominates
from .chat import Caps, Usage
from .environment import Environment, Protocol
from .failure import AnyVerdict
from .measurement import Evaluation, Profile
from .plan import Candidate, Proposal
from .record import Record
from .request import Budget, Search, Target
from .script import Script


class Trial(Record):
    """One candidate and its verdict."""

    number: int = Field(description="1 for the first candidate; the baseline has no number")
    proposal: Proposal
    candidate: Candidate | None = Field(default=None, description="None where the plan could not be made code")
    verdict: AnyVerdict
    final: AnyVerdict | None = Field(default=None, description="the verdict under `final`, where it was asked for")
    seconds: float
    cached: bool = False


StopReason = Literal[
    "target met",
    "evaluations spent",
    "seconds spent",
    "model budget spent",
    "generations done",
    "nothing new to try",
    "interrupted",
]


class Event(Record):
    """Progress, for the terminal, MCP and the editor."""

    stage: Literal["analyse", "start", "baseline", "search", "confirm", "report", "done"]
    sentence: str
    evaluation: int | None = None
    evaluations: int | None = None
    best_speedup: float | None = None
    best_loss: float | None = None
    seconds_left: float | None = None
    trial: Trial | None = None


class Outcome(Record):
    """What `optimize` found out."""

    kind: Literal["outcome"] = "outcome"
    script: Script
    pipeline: str = Field(description="name of the pipeline that was accelerated")
    target: Target
    budget: Budget
    search: Search
    environment: Environment
    protocols: tuple[Protocol, ...]
    start: dict[str, Any] | None = Field(
        default=None, description="arguments of the script, and the handler that was called; null: not said"
    )
    baseline: Profile
    trials: tuple[Trial, ...] = ()
    winner: int | None = Field(default=None, description="number of the trial that met the target under `final`")
    best: int | None = Field(default=None, description="number of the best trial, whether or not it met the target")
    stopped: StopReason
    limit: str = Field(default="", description="one sentence: what stands in the way, where the target was not met")
    overruled: tuple[str, ...] = Field(
        default=(), description="sentences: arguments that the script worked out for itself, and the code now fixes"
    )
    seconds: float
    asked: tuple[str, ...] = Field(default=(), description="language models that took part; empty: none")
    simulated: bool = Field(default=False, description="one of them was a script, and says nothing of a real model")
    caps: Caps = Field(default_factory=Caps, description="what they might have cost at most")
    reused: int = Field(default=0, description="their answers that came from the store")
    cost: Usage = Field(default_factory=Usage, description="what was paid for them now; answers from the store cost 0")
    measured: int = Field(default=0, description="evaluations measured now; the others came from the store")

    def trial(self, number: int | None) -> Trial | None:
        return next((t for t in self.trials if t.number == number), None)

    def front(self) -> tuple[Trial, ...]:
        """Trials that no other beats on speedup, loss and drift together, fastest first."""
        scored = [(t, best_evaluation(t)) for t in self.trials]
        kept = [(t, e) for t, e in scored if e is not None]
        alone = [(t, e) for t, e in kept if not any(dominates(o.standing, e.standing) for _, o in kept)]
        return tuple(t for t, _ in sorted(alone, key=lambda p: -p[1].speedup))


def best_evaluation(trial: Trial) -> Evaluation | None:
    """The most trustworthy numbers of a trial: `final` where there are, else `quick`; None if it failed."""
    for verdict in (trial.final, trial.verdict):
        if isinstance(verdict, Evaluation):
            return verdict
        if verdict is not None:
            return None
    return None
