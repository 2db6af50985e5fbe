"""Planning by a language model: one question a generation. What is invalid goes back once, as sentences.

What is missing after that is filled up by the offline planner, so that a generation is always whole; its best plan
stands beside the model's in any case, and the most promising is tried first.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...knowledge import rules
from ...knowledge.catalogue import method_of
from ...knowledge.neighbours import ordered
from ...knowledge.types import ChatFailure, Plan, Proposal, Trial
from ...tools.chat.chat import Answer, Chat, Question
from .. import planner, selector
from ..calibration import Calibration
from ..team import OfflinePlanner
from . import facts
from .forms import PlanForm, PlansForm
from .prompting import question


@dataclass(frozen=True)
class ModelPlanner:
    """Asks `chat` for plans; `note` hears what went wrong."""

    chat: Chat
    offline: OfflinePlanner
    note: Callable[[str], None]
    knowledge: bool = True
    """False: the paper's ablation, a model that is told the methods' names and nothing else"""

    def __call__(self, trials: Sequence[Trial], generation: int, rng: random.Random) -> list[Proposal]:
        search = self.offline.search
        target, count = self.offline.target, search.parents
        paper = search.kind == "paper"
        parents = selector.parents(trials, target, count, rng) if paper else selector.front(trials, target, count)
        answer = self.chat.ask(self._question(trials, parents, generation))
        if isinstance(answer, ChatFailure):
            self.note(f"{answer.message}; plans come from the knowledge base instead")
        found = self._kept(answer, trials, generation) if isinstance(answer, Answer) else []
        if not self.knowledge or (isinstance(answer, ChatFailure) and answer.kind == "spent"):
            return found
        missing = max(1, search.population - len(found))
        found += self._filled(missing, found, trials, generation, rng)
        return self._by_promise(found, trials)[: search.population]

    def _question(self, trials: Sequence[Trial], parents: Sequence[Trial], generation: int) -> Question[PlansForm]:
        here, target, population = self.offline.situation, self.offline.target, self.offline.search.population
        required = planner.required_speedup(target, here, trials)
        values = {
            "where": facts.where(here),
            "facts": facts.facts(here),
            "target": facts.wanted(target, required),
            "menu": facts.menu(self.offline.allowed, here, self.knowledge),
            "trials": facts.tried(trials),
            "parents": [planner.feedback(p, target) for p in parents],
            "count": population,
            "fresh": max(0, population - len(parents)),
        }
        return question(
            "planner", "planner", PlansForm, values, lambda form: list(self._wrong(form, trials)), attempt=generation
        )

    def _wrong(self, form: PlansForm, trials: Sequence[Trial]) -> Iterator[str]:
        for number, one in enumerate(form.plans, 1):
            if (why := self._why_not(one, form.plans[: number - 1], trials)) is not None:
                yield f"plan {number}: {why}"

    def _why_not(self, one: PlanForm, before: Sequence[PlanForm], trials: Sequence[Trial]) -> str | None:
        """What is wrong with a plan; None where it may be tried."""
        if self.knowledge and (reasons := rules.problems(one.plan(), self.offline.situation)):
            return reasons[0].message
        if outside := not_on_menu(one.plan(), self.offline.allowed):
            return outside
        plan = settled(one.plan())
        if (known := next((t for t in trials if t.proposal.plan == plan), None)) is not None:
            return f"it was tried already, as candidate {known.number}"
        if plan in [settled(b.plan()) for b in before]:
            return "it stands in the list already"
        if one.parent is not None and one.parent not in {t.number for t in trials}:
            return f"there is no candidate {one.parent}"
        return None

    def _kept(self, answer: Answer[PlansForm], trials: Sequence[Trial], generation: int) -> list[Proposal]:
        """The plans that may be tried."""
        plans = answer.value.plans
        good = [p for n, p in enumerate(plans) if self._why_not(p, plans[:n], trials) is None]
        if len(good) < len(plans):
            self.note(
                f"{len(plans) - len(good)} of {len(plans)} plans of {self.chat.model} are left out: not valid here"
            )
        return [
            Proposal(
                plan=settled(p.plan()),
                generation=generation,
                parents=() if p.parent is None else (p.parent,),
                why=p.why[:300],
            )
            for p in good[: self.offline.search.population]
        ]

    def _by_promise(self, proposals: list[Proposal], trials: Sequence[Trial]) -> list[Proposal]:
        here, target = self.offline.situation, self.offline.target
        knows = (self.offline.before or Calibration(here)).after(trials)
        required = planner.required_speedup(target, here, trials)
        return sorted(proposals, key=lambda p: -planner.utility(knows.expect(p.plan), target, required, p.plan))

    def _filled(
        self, missing: int, found: Sequence[Proposal], trials: Sequence[Trial], generation: int, rng: random.Random
    ) -> list[Proposal]:
        """Offline plans for the places that the model left empty, and one beside it in any case."""
        search = self.offline.search.model_copy(update={"population": missing, "parents": min(missing, 2)})
        known = {p.plan for p in found}
        more = replace(self.offline, search=search)(trials, generation, rng)
        return [p for p in more if p.plan not in known]


def not_on_menu(plan: Plan, allowed: Sequence[str]) -> str | None:
    """A sentence that names the methods of a plan that may not be used; None where all may."""
    outside = [s.method for s in plan.steps if s.method not in allowed]
    return f"{', '.join(outside)} {'is' if len(outside) == 1 else 'are'} not on the menu" if outside else None


def settled(plan: Plan) -> Plan:
    """The plan with every knob set, in the catalogue's order; steps that are not known stay as they are."""
    return ordered([m.step() if (m := method_of(s)) is not None else s for s in plan.steps])
