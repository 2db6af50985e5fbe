"""Writing by a language model, where a plan cannot be rendered: search and replace in the person's own file."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from ...knowledge.catalogue import methods_of
from ...knowledge.situation import Situation
from ...knowledge.types import Candidate, ChatFailure, EditRefused, Plan, as_json
from ...tools.chat.chat import Chat, Question
from ...tools.script.replacing import replaced, unparsable
from ..team import Writer
from .allowance import Allowance
from .forms import EditsForm
from .prompting import question


@dataclass
class ModelCoder:
    """Renders a plan for nothing where that can be done, and asks `chat` where it cannot."""

    chat: Chat
    render: Writer
    source: str
    name: str
    situation: Situation
    allowance: Allowance
    note: Callable[[str], None]
    knowledge: bool = True
    """False: the paper's ablation, every plan is written by the model, and no template is shown to it"""
    _attempts: dict[str, int] = field(default_factory=dict[str, int])

    def __call__(self, plan: Plan) -> Candidate | EditRefused:
        made = self.render(plan) if self.knowledge else EditRefused(message="")
        return made if isinstance(made, Candidate) else self.written(plan, made)

    def written(self, plan: Plan, refused: EditRefused, reflections: tuple[str, ...] = ()) -> Candidate | EditRefused:
        """Ask for the code; another answer each time."""
        key = plan.fingerprint()
        corrections = self.allowance.corrections(key)
        if corrections is None:
            return EditRefused(message="this plan has had all the calls of a model that one plan may cost")
        attempt = self._attempts[key] = self._attempts.get(key, 0) + 1
        answer = self.chat.ask(self._question(plan, refused, reflections, attempt, corrections))
        if isinstance(answer, ChatFailure):
            self.allowance.took(key, answer.usage)
            self.note(answer.message)
            return EditRefused(message=refused.message or answer.message)
        self.allowance.took(key, answer.exchange.usage)
        code = replaced(self.source, answer.value.edits)
        if answer.doubts or isinstance(code, list):
            doubts = answer.doubts or tuple(code)
            return EditRefused(message=f"the code of {self.chat.model} cannot be used: {doubts[0]}")
        return Candidate(plan=plan, code=code, author="model")

    def _question(
        self, plan: Plan, refused: EditRefused, reflections: tuple[str, ...], attempt: int, corrections: int
    ) -> Question[EditsForm]:
        values = {
            "script": self.source,
            "file": self.name,
            "pipeline": self.situation.pipeline.name,
            "plan": plan.sentence(),
            "reference": reference(plan, self.situation) if self.knowledge else "",
            "refused": refused.message,
            "reflections": reflections,
        }
        return question("coder", "coder", EditsForm, values, lambda f: not_usable(self.source, f), corrections, attempt)


def not_usable(source: str, form: EditsForm) -> list[str]:
    """Why edits of a text give no Python file; empty where they do."""
    code = replaced(source, form.edits)
    if isinstance(code, list):
        return code
    if code == source:
        return ["the edits change nothing"]
    why = unparsable(code)
    return [f"after the edits the file is no Python: {why}"] if why else []


def reference(plan: Plan, situation: Situation) -> str:
    """How each method of a plan is written here, as JSON: imports, keywords, statements."""
    changes = {m.slug: as_json(m.change(situation, plan)) for m in methods_of(plan)}
    return json.dumps({slug: {k: v for k, v in c.items() if v} for slug, c in changes.items()}, indent=1)
