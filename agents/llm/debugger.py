"""Repairs by a language model (Reflexion, Shinn et al. 2023): known symptoms first, which cost nothing.

A candidate is repaired up to T_debug times, then its code is written anew, up to T_code times; then the plan is given
up, and the planner hears of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...knowledge import rules
from ...knowledge.situation import Situation
from ...knowledge.types import Candidate, ChatFailure, EditRefused, Evaluation, Failure, Plan, Proposal, Trial
from ...tools.chat.chat import Answer, Chat, Question
from ...tools.script.replacing import replaced
from .. import debugger
from ..roles import Attempt
from .allowance import T_CODE, T_DEBUG, Allowance
from .coder import ModelCoder, not_usable, reference
from .forms import EditsForm, RepairForm
from .planner import not_on_menu, settled
from .prompting import question

_EVIDENCE = 4000
"""characters of a log that are shown: the last"""
_MACHINE = ("unscorable", "model_missing", "needs_input")
"""failures that no code of ours can mend"""


@dataclass
class _History:
    """What happened to one proposal."""

    rounds: int = 0
    codes: int = 0
    reflections: list[str] = field(default_factory=list[str])


@dataclass
class ModelDebugger:
    """The mender of a team."""

    chat: Chat
    coder: ModelCoder | None
    allowance: Allowance
    note: Callable[[str], None]
    situation: Situation
    allowed: Sequence[str]
    """methods that the person lets be used; a repair is held to them as a plan is"""
    knowledge: bool = True
    _histories: dict[str, _History] = field(default_factory=dict[str, _History])

    def __call__(self, chain: Sequence[Trial], trials: Sequence[Trial]) -> Attempt | None:
        last = chain[-1]
        failure = last.verdict
        if isinstance(failure, Evaluation) or failure.kind in _MACHINE:
            return None
        if self.knowledge and (known := debugger.next_attempt(chain, trials)) is not None:
            return known
        history = self._histories.setdefault(chain[0].proposal.plan.fingerprint(), _History())
        if last.candidate is None or history.rounds >= T_DEBUG:
            return self._anew(last, history)
        history.rounds += 1
        return self._asked(last, last.candidate, failure, history, trials) or self._anew(last, history)

    def _asked(
        self, last: Trial, candidate: Candidate, failure: Failure, history: _History, trials: Sequence[Trial]
    ) -> Attempt | None:
        key = last.proposal.plan.fingerprint()
        corrections = self.allowance.corrections(key)
        if corrections is None:
            return None
        answer = self.chat.ask(self._question(last.proposal.plan, candidate, failure, history, corrections, trials))
        if isinstance(answer, ChatFailure):
            self.allowance.took(key, answer.usage)
            self.note(f"no repair: {answer.message}")
            return None
        self.allowance.took(key, answer.exchange.usage)
        history.reflections.append(answer.value.reflection[:600])
        return None if answer.doubts else self._repaired(last, candidate, answer)

    def _repaired(self, last: Trial, candidate: Candidate, answer: Answer[RepairForm]) -> Attempt | None:
        form, why = answer.value, f"repair: {answer.value.reflection[:200]}"
        proposal = Proposal(
            plan=last.proposal.plan, generation=last.proposal.generation, parents=(last.number,), why=why
        )
        if form.steps:
            plan = settled(plan_of(form))
            return Attempt(proposal=proposal.model_copy(update={"plan": plan}))
        code = replaced(candidate.code, form.edits) if form.edits else []
        if isinstance(code, list):
            return None
        return Attempt(proposal=proposal, candidate=Candidate(plan=candidate.plan, code=code, author="model"))

    def _anew(self, last: Trial, history: _History) -> Attempt | None:
        """The code of the same plan, written again; None where it was rendered, or was written often enough."""
        by_model = last.candidate is not None and last.candidate.author == "model"
        if self.coder is None or history.codes >= T_CODE or not by_model:
            return None
        history.codes, history.rounds = history.codes + 1, 0
        made = self.coder.written(last.proposal.plan, EditRefused(message=""), tuple(history.reflections))
        if isinstance(made, EditRefused):
            return None
        why = f"written anew, for the {history.codes + 1}. time"
        proposal = last.proposal.model_copy(update={"parents": (last.number,), "why": why})
        return Attempt(proposal=proposal, candidate=made)

    def _question(
        self,
        plan: Plan,
        candidate: Candidate,
        failure: Failure,
        history: _History,
        corrections: int,
        trials: Sequence[Trial],
    ) -> Question[RepairForm]:
        values = failed(candidate.code, plan.sentence(), failure, history.reflections)
        values["reference"] = reference(plan, self.situation) if self.knowledge else ""
        return question(
            "debugger",
            "debugger",
            RepairForm,
            values,
            lambda form: self._wrong(form, candidate.code, trials),
            corrections,
            attempt=history.codes * T_DEBUG + history.rounds,
        )

    def _wrong(self, form: RepairForm, code: str, trials: Sequence[Trial]) -> list[str]:
        if form.steps:
            plan = settled(plan_of(form))
            if self.knowledge and (reasons := rules.problems(plan, self.situation)):
                return [r.message for r in reasons]
            if outside := not_on_menu(plan, self.allowed):
                return [outside]
            number = next((t.number for t in trials if t.proposal.plan == plan), None)
            return [f"that plan was tried already, as candidate {number}"] if number is not None else []
        return not_usable(code, EditsForm(edits=form.edits)) if form.edits else []


def failed(code: str, plan: str, failure: Failure, reflections: Sequence[str]) -> dict[str, Any]:
    """What the debugger's prompt says of a failure; no reference."""
    return {
        "code": code,
        "plan": plan,
        "kind": failure.kind,
        "message": failure.message,
        "evidence": failure.evidence[-_EVIDENCE:],
        "reference": "",
        "reflections": list(reflections),
    }


def plan_of(form: RepairForm) -> Plan:
    """The plan that a repair proposes."""
    return Plan(steps=tuple(s.step() for s in form.steps))
