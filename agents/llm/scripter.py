"""A whole script from words: composed from the knowledge base where it can be, else written and repaired by a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...knowledge.pipelines import card_for
from ...knowledge.reading import Context, Reader
from ...knowledge.reading.attributes import attributes_of
from ...knowledge.types import Candidate, ChatFailure, EditRefused, Failure, Plan, Request
from ...tools.chat.chat import Answer, Chat
from ...tools.script.compose import compose
from ...tools.script.replacing import replaced, unparsable
from .allowance import T_CODE, T_DEBUG, Allowance
from .coder import not_usable
from .debugger import failed
from .forms import EditsForm, RepairForm, ScriptForm
from .prompting import question

Runs = Callable[[str], Failure | None]
"""does a script get to its call and make a picture? It costs an evaluation"""
_ONE = "request"
"""a request is one plan: its calls are counted together"""


@dataclass
class Scripter:
    """Answers one request in words."""

    reader: Reader
    coder: Chat | None
    debugger: Chat | None
    note: Callable[[str], None]
    knowledge: bool = True
    allowance: Allowance = field(default_factory=Allowance)

    def script(self, words: str, inputs: Sequence[str], runs: Runs) -> Candidate | EditRefused:
        """The script, or why there is none."""
        request = self.reader.read(words, Context())
        made = composed(request) if self.knowledge else EditRefused(message="")
        if isinstance(made, str):
            return Candidate(plan=None, code=made)
        if self.coder is None:
            return made
        return self._written(self.coder, words, request, inputs, runs) or EditRefused(
            message=made.message or "no script of the model's could be run"
        )

    def _written(
        self, coder: Chat, words: str, request: Request, inputs: Sequence[str], runs: Runs
    ) -> Candidate | None:
        reflections: list[str] = []
        last: Candidate | None = None
        for attempt in range(1, (T_CODE if self.debugger is not None else 1) + 1):
            code = self._asked(coder, words, request, inputs, reflections, attempt)
            if code is None:
                return last
            last = Candidate(plan=None, code=code, author="model")
            if self.debugger is None:
                return last
            fixed = self._debugged(self.debugger, code, runs, reflections, attempt)
            if fixed is not None:
                return Candidate(plan=None, code=fixed, author="model")
        return last

    def _asked(
        self, coder: Chat, words: str, request: Request, inputs: Sequence[str], reflections: list[str], attempt: int
    ) -> str | None:
        corrections = self.allowance.corrections(_ONE)
        if corrections is None:
            return None
        reading = "" if not self.knowledge else request.model_dump_json(exclude_defaults=True, exclude={"text"})
        values = {"request": words, "inputs": list(inputs), "reading": reading, "reflections": list(reflections)}
        answer = coder.ask(question("script", "coder", ScriptForm, values, _no_python, corrections, attempt))
        if isinstance(answer, ChatFailure):
            self.allowance.took(_ONE, answer.usage)
            self.note(answer.message)
            return None
        self.allowance.took(_ONE, answer.exchange.usage)
        return answer.value.code

    def _debugged(self, chat: Chat, code: str, runs: Runs, reflections: list[str], attempt: int) -> str | None:
        """The code once it runs; None where T_debug repairs did not bring it there."""
        for round in range(T_DEBUG + 1):
            failure = runs(code)
            if failure is None:
                return code
            if round == T_DEBUG or failure.kind == "unscorable":
                return None
            mended = self._mended(chat, code, failure, reflections, attempt * T_DEBUG + round)
            if mended is None:
                return None
            code = mended
        return None

    def _mended(self, chat: Chat, code: str, failure: Failure, reflections: list[str], attempt: int) -> str | None:
        corrections = self.allowance.corrections(_ONE)
        if corrections is None:
            return None
        answer = self._repair(chat, code, failure, reflections, attempt, corrections)
        if isinstance(answer, ChatFailure):
            self.allowance.took(_ONE, answer.usage)
            self.note(f"no repair: {answer.message}")
            return None
        self.allowance.took(_ONE, answer.exchange.usage)
        reflections.append(answer.value.reflection[:600])
        fixed = replaced(code, answer.value.edits) if answer.value.edits else []
        return fixed if isinstance(fixed, str) else None

    def _repair(
        self, chat: Chat, code: str, failure: Failure, reflections: list[str], attempt: int, corrections: int
    ) -> Answer[RepairForm] | ChatFailure:
        return chat.ask(
            question(
                "debugger",
                "debugger",
                RepairForm,
                failed(code, Plan().sentence(), failure, reflections),
                lambda form: not_usable(code, EditsForm(edits=form.edits)) if form.edits else [],
                corrections,
                attempt,
            )
        )


def _no_python(form: ScriptForm) -> list[str]:
    why = unparsable(form.code)
    return [f"it is no Python: {why}"] if why else []


def composed(request: Request) -> str | EditRefused:
    """The script that a request asks for, from the knowledge base alone."""
    card = card_for(request.pipeline_class or "", request.model_id)
    if card is None:
        return EditRefused(message=request.question or "the request names no pipeline that is known")
    return compose(attributes_of(request, card), request.prompt)
