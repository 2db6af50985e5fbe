"""Solvers by name."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...agents import planner
from ...bench.solvers import direct
from ...bench.solvers.drawn import Drawn, rng_for
from ...bench.solvers.file import from_file
from ...bench.solvers.gold import Gold
from ...bench.solvers.plans import Written
from ...bench.solvers.problem import Judging, Problem, Solver
from ...bench.solvers.search import NOTHING_TO_SEARCH, search
from ...bench.solvers.tpe import Tpe
from ...knowledge.types import (
    Calibrated,
    EditRefused,
    Plan,
    Search,
    Submission,
    Task,
)
from ...tools.errors import UsageError
from .diffagent import DiffAgent, target_of

NAMES = ("gold", "diffagent", "random", "tpe", "best-of-n", "direct")


def solver_named(
    name: str,
    seed: int,
    tasks: Sequence[Task],
    calibrated: Mapping[str, Calibrated],
    agent: DiffAgent | None = None,
) -> Solver:
    """The solver that `--solver` names; `agent` is diffagent as it was set up. Raises UsageError with one sentence."""
    agent = agent or DiffAgent(seed)
    asked = agent.chats.asked
    if name.endswith(".py"):
        return from_file(Path(name))
    if name == "gold":
        return Gold({t.id: t for t in tasks}, calibrated)
    if name == "direct":
        return direct.Direct(asked[0], seed) if asked else direct.unconfigured()
    if name == "diffagent" and not asked and "knowledge" in agent.without:
        raise UsageError("without its knowledge base diffagent has nothing but a language model; name one with --llm")
    if name != "diffagent" and (asked or agent.without):
        raise UsageError(f"--llm and --ablate are for the solvers diffagent and direct; {name} asks no model")
    known: dict[str, Solver] = {
        "diffagent": agent,
        "random": Drawn(seed),
        "tpe": Tpe(seed),
        "best-of-n": BestOfN(seed),
    }
    if name not in known:
        raise UsageError(f"there is no solver {name}; name one of {', '.join(NAMES)}, or a FILE.py with solve()")
    return known[name]


@dataclass(frozen=True)
class BestOfN:
    """`best-of-n`: the planner asked anew every time, knowing nothing of what was measured; the best is kept."""

    seed: int = 0
    name: str = "best-of-n"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        if problem.baseline is None:
            return DiffAgent(self.seed).solve(problem, budget, judging)
        if problem.target is None:
            return Submission(note=NOTHING_TO_SEARCH)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        rng, target = rng_for(problem, self.seed), target_of(problem)

        def propose() -> Plan | None:
            fresh = random.Random(rng.randrange(2**31))
            alone = Search(kind="paper", population=1, parents=0, generations=1)
            found = planner.next_generation([], target, alone, written.situation, written.allowed, 0, fresh)
            return found[0].plan if found else None

        return search(problem, written, judging, propose, lambda plan, verdict: None)
