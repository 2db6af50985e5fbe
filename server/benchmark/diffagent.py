"""DiffAgent as a solver of the benchmark: agents and benchmark are neighbours, and meet here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ...agents.llm.reader import ModelReader
from ...agents.llm.scripter import Scripter, composed
from ...agents.llm.team import Ablation, Chats, team
from ...agents.loop import Loop
from ...agents.selector import fittest
from ...agents.team import OfflinePlanner
from ...bench.solvers.direct import named
from ...bench.solvers.drawn import rng_for
from ...bench.solvers.plans import Written
from ...bench.solvers.problem import Judging, Problem
from ...knowledge.experience import Experience
from ...knowledge.reading import Context, Reader, Rules
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
from ...tools.chat.chat import Answer, Chat, Question
from ...tools.errors import SetupError, UsageError

Form = TypeVar("Form", bound=Record)
ONE_PLAN = Search(population=1, parents=0, generations=1)
"""without the genetic algorithm: one plan, as in the paper's ablation"""


@dataclass
class Metered:
    """A chat whose questions of one task are counted. A task is not judged by what a model without money says."""

    chat: Chat
    usage: Usage = field(default_factory=Usage)

    @property
    def model(self) -> str:
        return self.chat.model

    @property
    def simulated(self) -> bool:
        return self.chat.simulated

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        found = self.chat.ask(question)
        if isinstance(found, ChatFailure) and found.kind == "spent":
            raise SetupError(f"{found.message}; give it more, and the same command goes on from there")
        self.usage += found.usage if isinstance(found, ChatFailure) else found.exchange.usage
        return found


@dataclass(frozen=True)
class DiffAgent:
    """`diffagent`: a script from words, or the agents' loop on a baseline; with a language model where one is given."""

    seed: int = 0
    chat: Chat | None = None
    without: frozenset[Ablation] = frozenset()
    search: Search = field(default_factory=Search)
    remembered: Callable[[Written], Sequence[Experience]] = lambda _: ()

    @property
    def name(self) -> str:
        plain = "-without-".join(("diffagent", *sorted(self.without)))
        return plain if self.chat is None else named(plain, self.chat)

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        meter = Metered(self.chat) if self.chat is not None else None
        if problem.baseline is None:
            found = self._answered(problem, judging, meter)
        else:
            written = Written.of(problem, judging)
            if isinstance(written, EditRefused):
                return Submission(note=written.message)
            found = self._searched(problem, written, budget, judging, meter)
        return found if meter is None else billed(found, meter.usage)

    def _answered(self, problem: Problem, judging: Judging, meter: Metered | None) -> Submission:
        """L1 to L3: one plan, read from the words, made a script."""
        if meter is None:
            code = composed(Rules().read(problem.request, Context()))
            return Submission(note=code.message) if isinstance(code, EditRefused) else Submission(code=code)
        knowledge, notes = "knowledge" not in self.without, list[str]()
        reader: Reader = ModelReader(meter, notes.append, knowledge)
        debugger = None if "debugger" in self.without else meter
        scripter = Scripter(reader, meter, debugger, notes.append, knowledge)

        made = scripter.script(problem.request, problem.inputs, judging.runs)
        note = "; ".join(notes)
        if isinstance(made, EditRefused):
            return Submission(note=note or made.message)
        return Submission(code=made.code, note=note)

    def _searched(
        self, problem: Problem, written: Written, budget: int, judging: Judging, meter: Metered | None
    ) -> Submission:
        target = target_of(problem)
        search = ONE_PLAN if "ga" in self.without else self.search
        planned = OfflinePlanner(written.situation, target, search, written.allowed, self.remembered(written))
        chats = Chats(meter, meter, meter)
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
