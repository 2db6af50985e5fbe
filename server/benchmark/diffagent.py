"""DiffAgent as a solver of the benchmark: agents and benchmark are neighbours, and meet here."""

import time
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ...agents.llm.reader import ModelReader
from ...agents.llm.scripter import Scripter
from ...agents.llm.team import Ablation, Chats, team
from ...agents.loop import Loop
from ...agents.selector import fittest
from ...agents.team import OfflinePlanner
from ...bench.solvers.direct import named
from ...bench.solvers.drawn import rng_for
from ...bench.solvers.plans import Written
from ...bench.solvers.problem import Judging, Problem
from ...knowledge.reading import Rules
from ...knowledge.types import (
    Budget,
    ChatFailure,
    EditRefused,
    Record,
    Search,
    Submission,
    Target,
    Usage,
)
from ...tools.chat.chat import Answer, Around, Question
from ...tools.errors import SetupError, UsageError

Form = TypeVar("Form", bound=Record)
ONE_PLAN = Search(population=1, parents=0, generations=1)
"""without the genetic algorithm: one plan, as in the paper's ablation"""


@dataclass
class Meter:
    """What the models of one task cost."""

    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class Metered(Around):
    """A chat whose questions are counted. A task is not judged by what a model without money says."""

    meter: Meter

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """As the chat answers. Raises SetupError where a cap is reached."""
        found = self.chat.ask(question)
        if isinstance(found, ChatFailure) and found.kind == "spent":
            raise SetupError(f"{found.message}; give it more, and the same command goes on from there")
        self.meter.usage += found.usage if isinstance(found, ChatFailure) else found.exchange.usage
        return found


def metered(chats: Chats, meter: Meter) -> Chats:
    """All of them on one meter."""
    roles = {name: getattr(chats, name) for name in ("reader", "planner", "coder", "debugger")}
    return replace(chats, **{name: None if c is None else Metered(c, meter) for name, c in roles.items()})


@dataclass(frozen=True)
class DiffAgent:
    """`diffagent`: a script from words, or the agents' loop on a baseline; with language models where there are any."""

    seed: int = 0
    chats: Chats = field(default_factory=Chats)
    without: frozenset[Ablation] = frozenset()
    search: Search = field(default_factory=Search)

    @property
    def name(self) -> str:
        plain = "-without-".join(("diffagent", *sorted(self.without)))
        return named(plain, self.chats.asked)

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        """One submission. Raises SetupError where a cap on language models ends the run."""
        meter = Meter()
        chats = metered(self.chats, meter)
        if problem.baseline is None:
            return billed(self._answered(problem, judging, chats), meter.usage)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        return billed(self._searched(problem, written, budget, judging, chats), meter.usage)

    def _answered(self, problem: Problem, judging: Judging, chats: Chats) -> Submission:
        """L1 to L3: one plan, read from the words, made a script."""
        knowledge, notes = "knowledge" not in self.without, list[str]()
        reader = Rules() if chats.reader is None else ModelReader(chats.reader, notes.append, knowledge)
        debugger = None if "debugger" in self.without else chats.debugger
        scripter = Scripter(reader, chats.coder, debugger, notes.append, knowledge)
        made = scripter.script(problem.request, problem.inputs, judging.runs)
        note = "; ".join(notes)
        if isinstance(made, EditRefused):
            return Submission(note=note or made.message)
        return Submission(code=made.code, note=note)

    def _searched(self, problem: Problem, written: Written, budget: int, judging: Judging, chats: Chats) -> Submission:
        target = target_of(problem)
        search = ONE_PLAN if "ga" in self.without else self.search
        planned = OfflinePlanner(written.situation, target, search, written.allowed)
        loop = Loop(
            judge=judging,
            agents=team(planned, written.write, chats, written.source, "script.py", self.without),
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


def target_of(problem: Problem) -> Target:
    """The limit in units of the baseline, which is timed beside every candidate: a busy machine favours nobody."""
    if problem.target is None or problem.speedup is None:
        raise UsageError(f"{problem.id} has no target on this device; run `diffagent-mcp bench calibrate` first")
    bounds = problem.target.model_dump(include={"max_loss", "max_drift"})
    return Target(speedup=max(1.001, problem.speedup), **bounds)


def billed(found: Submission, usage: Usage) -> Submission:
    """The submission with what the language model cost; a price that nobody knows counts as nothing, and is said."""
    note = found.note
    if usage.requests and usage.usd is None:
        note = f"{note}; the price of the model is not known" if note else "the price of the model is not known"
    return found.model_copy(
        update={"requests": usage.requests, "tokens": usage.tokens, "cost_usd": usage.usd or 0.0, "note": note}
    )
