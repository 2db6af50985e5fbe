"""Tree-structured Parzen estimator (Bergstra et al. 2011) over the menu's methods and knobs, by optuna."""

import importlib
from dataclasses import dataclass
from typing import Any

from ...knowledge.types import EditRefused, Evaluation, Plan, Scalar, Step, Submission, Target, Verdict
from ...tools.errors import SetupError
from .drawn import rng_for
from .plans import Written, knobs
from .problem import Judging, Problem
from .search import NOTHING_TO_SEARCH, search

_FAILED = -2.0
_TRIES = 200


@dataclass(frozen=True)
class Tpe:
    """`tpe`: what a general optimiser makes of the same budget."""

    seed: int = 0
    name: str = "tpe"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        if problem.baseline is None or problem.target is None:
            return Submission(note=NOTHING_TO_SEARCH)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        study = Study(written, problem, problem.target, rng_for(problem, self.seed).randrange(2**31))
        return search(problem, written, judging, study.propose, study.hear)


def optuna() -> Any:
    """The library, which is an extra."""
    try:
        found = importlib.import_module("optuna")
    except ImportError as e:
        raise SetupError("the solver tpe needs optuna: pip install 'diffagent-mcp[bench]'") from e
    found.logging.set_verbosity(found.logging.WARNING)
    return found


class Study:
    """Ask and tell: plans that the rules forbid are told as failures at once and cost no evaluation."""

    def __init__(self, written: Written, problem: Problem, target: Target, seed: int) -> None:
        library = optuna()
        self.written, self.problem, self.target = written, problem, target
        self.study: Any = library.create_study(
            direction="maximize", sampler=library.samplers.TPESampler(seed=seed, n_startup_trials=7)
        )
        self.trial: Any = None
        self.seen: set[Plan] = set()

    def propose(self) -> Plan | None:
        for _ in range(_TRIES):
            trial = self.study.ask()
            plan = self._plan(trial)
            if plan not in self.seen and self.written.valid(plan):
                self.trial = trial
                self.seen.add(plan)
                return plan
            self.study.tell(trial, _FAILED)
        return None

    def hear(self, plan: Plan, verdict: Verdict | EditRefused) -> None:
        self.study.tell(self.trial, self._value(verdict))

    def _plan(self, trial: Any) -> Plan:
        steps: list[Step] = []
        for slug in self.written.allowed:
            if not trial.suggest_categorical(slug, [False, True]):
                continue
            params: dict[str, Scalar] = {}
            for name, values in knobs(slug, self.written.situation):
                numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
                at = f"{slug}.{name}"
                params[name] = (
                    values[trial.suggest_int(at, 0, len(values) - 1)]
                    if numbers
                    else trial.suggest_categorical(at, values)
                )
            steps.append(Step(method=slug, params=params))
        return Plan(steps=tuple(steps))

    def _value(self, verdict: Verdict | EditRefused) -> float:
        """Speed in units of what is asked for, no reward beyond it; less what is lost beyond the bounds."""
        if not isinstance(verdict, Evaluation):
            return _FAILED
        speed = min(verdict.speedup / (self.problem.speedup or 1.0), 1.25)
        beyond = max(0.0, verdict.loss / max(self.target.max_loss, 1e-3) - 1.0)
        if self.target.max_drift is not None:
            beyond += max(0.0, verdict.drift / self.target.max_drift - 1.0)
        return speed - min(2.0, beyond)
