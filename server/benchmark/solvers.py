"""Solvers by name. Those that need the agents are adapted here: agents and benchmark are neighbours and do not meet."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...agents import planner
from ...agents.loop import Loop
from ...agents.offline import Offline
from ...agents.selector import fittest
from ...bench.solvers import direct
from ...bench.solvers.drawn import Drawn, rng_for
from ...bench.solvers.file import from_file
from ...bench.solvers.gold import Gold
from ...bench.solvers.plans import Written
from ...bench.solvers.problem import Judging, Problem, Solver
from ...bench.solvers.search import NOTHING_TO_SEARCH, search
from ...bench.solvers.tpe import Tpe
from ...knowledge.pipelines import card_for
from ...knowledge.reading.context import Context
from ...knowledge.reading.reader import read
from ...knowledge.types import (
    Budget,
    Calibrated,
    EditRefused,
    Plan,
    Search,
    Submission,
    Target,
    Task,
)
from ...tools.errors import UsageError
from ...tools.script.compose import compose
from ..requests import attributes_of

NAMES = ("gold", "diffagent", "random", "tpe", "best-of-n", "direct")


def solver_named(name: str, seed: int, tasks: Sequence[Task], calibrated: Mapping[str, Calibrated]) -> Solver:
    """The solver that `--solver` names. Raises UsageError with one sentence."""
    if name.endswith(".py"):
        return from_file(Path(name))
    if name == "gold":
        return Gold({t.id: t for t in tasks}, calibrated)
    if name == "direct":
        return direct.unconfigured()
    known: dict[str, Solver] = {
        "diffagent": DiffAgent(seed),
        "random": Drawn(seed),
        "tpe": Tpe(seed),
        "best-of-n": BestOfN(seed),
    }
    if name not in known:
        raise UsageError(f"there is no solver {name}; name one of {', '.join(NAMES)}, or a FILE.py with solve()")
    return known[name]


@dataclass(frozen=True)
class DiffAgent:
    """`diffagent`: the words read by rules; a script composed from them, or the agents' loop on the baseline."""

    seed: int = 0
    name: str = "diffagent"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        if problem.baseline is None:
            return answered(problem)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        return self._searched(problem, written, budget, judging)

    def _searched(self, problem: Problem, written: Written, budget: int, judging: Judging) -> Submission:
        target = _target(problem)
        agents = Offline(written.situation, target, Search(), written.allowed, written.write)
        loop = Loop(
            judge=judging,
            agents=agents,
            target=target,
            budget=Budget(evaluations=budget),
            clock=time.monotonic,
            seed=rng_for(problem, self.seed).randrange(2**31),
        )
        for _ in loop.run():
            pass
        if loop.stopped == "interrupted":
            raise KeyboardInterrupt
        best = next((t for t in loop.trials if t.number == loop.winner), None) or fittest(loop.trials, target)
        if best is None or best.candidate is None:
            return Submission(note="no candidate could be measured")
        return Submission(code=best.candidate.code, note=best.proposal.plan.sentence())


def _target(problem: Problem) -> Target:
    """The limit in units of the baseline, which is timed beside every candidate: a busy machine favours nobody."""
    if problem.target is None or problem.speedup is None:
        raise UsageError(f"{problem.id} has no target on this device; run `diffagent-mcp bench calibrate` first")
    bounds = problem.target.model_dump(include={"max_loss", "max_drift"})
    return Target(speedup=max(1.001, problem.speedup), **bounds)


@dataclass(frozen=True)
class BestOfN:
    """`best-of-n`: the planner asked anew every time, knowing nothing of what was measured; the best is kept."""

    seed: int = 0
    name: str = "best-of-n"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        if problem.baseline is None:
            return answered(problem)
        if problem.target is None:
            return Submission(note=NOTHING_TO_SEARCH)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        rng, target = rng_for(problem, self.seed), _target(problem)

        def propose() -> Plan | None:
            fresh = random.Random(rng.randrange(2**31))
            alone = Search(kind="paper", population=1, parents=0, generations=1)
            found = planner.next_generation([], target, alone, written.situation, written.allowed, 0, fresh)
            return found[0].plan if found else None

        return search(problem, written, judging, propose, lambda plan, verdict: None)


def answered(problem: Problem) -> Submission:
    """One plan, read from the words, made a script."""
    request = read(problem.request, Context())
    card = card_for(request.pipeline_class or "", request.model_id)
    if card is None:
        return Submission(note=request.question or "the request names no pipeline that is known")
    attributes = attributes_of(request, card)
    code = compose(attributes, request.prompt)
    return Submission(note=code.message) if isinstance(code, EditRefused) else Submission(code=code)
