"""Words read by a language model beside the rules, which cost nothing.

What the rules found stands; where the model reads otherwise, it is asked to look again. The model fills what the rules
left open, and reads what they cannot.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...knowledge.catalogue import CATALOGUE, method_of
from ...knowledge.methods.sampler import SAMPLERS_BY_CLASS
from ...knowledge.pipelines import CANONICAL, CARDS, card_for
from ...knowledge.reading import Context, Rules
from ...knowledge.rules import misspelt
from ...knowledge.types import ChatFailure, Request, Step
from ...tools.chat.chat import Chat, Question
from . import facts
from .forms import ReadingForm
from .prompting import question

_PLAIN = (
    *("pipeline_class", "model_id", "controlnet_id", "scheduler", "steps", "width", "height"),
    *("speedup", "latency_s", "max_loss", "prompt", "seed"),
)


@dataclass(frozen=True)
class ModelReader:
    """A `Reader` that asks `chat`."""

    chat: Chat
    note: Callable[[str], None]
    knowledge: bool = True
    """False: the paper's ablation, the model's reading as it is"""

    def read(self, text: str, context: Context) -> Request:
        """The request; by rules alone where the model gives no usable answer."""
        by_rules = Rules().read(text, context) if self.knowledge else Request(text=text, intent="unclear")
        if by_rules.intent == "out_of_scope":
            return by_rules
        answer = self.chat.ask(self._question(text, by_rules))
        if isinstance(answer, ChatFailure):
            self.note(answer.message)
            unread = by_rules.question or f"The words could not be read: {answer.message}"
            return by_rules.model_copy(update={"question": unread if by_rules.intent == "unclear" else None})
        read = merged(by_rules, answer.value)
        who = f"simulation: {self.chat.model}" if self.chat.simulated else self.chat.model
        beside = "read by rules and" if self.knowledge else "read"
        return read.model_copy(update={"notes": (*read.notes, f"{beside} by {who}")})

    def _question(self, text: str, by_rules: Request) -> Question[ReadingForm]:
        known = {
            "pipelines": sorted({(c.pipeline_class, c.model_id) for c in CARDS}) if self.knowledge else [],
            "schedulers": sorted(SAMPLERS_BY_CLASS) if self.knowledge else [],
            "menu": facts.knobs_of(list(CATALOGUE)) if self.knowledge else "",
        }
        return question(
            "reader",
            "reader",
            ReadingForm,
            {"request": text, **known},
            lambda form: list(_wrong(form, by_rules)) if self.knowledge else [],
        )


def _wrong(form: ReadingForm, by_rules: Request) -> Iterator[str]:
    """What a reading says that cannot be, or that the words, read by rules, do not say."""
    if form.pipeline_class is not None and card_for(form.pipeline_class, form.model_id) is None:
        known = ", ".join(dict.fromkeys(c.pipeline_class for c in CARDS))
        yield f"pipeline_class {form.pipeline_class} is not known; known are {known}"
    if form.scheduler is not None and form.scheduler not in SAMPLERS_BY_CLASS:
        yield f"scheduler {form.scheduler} is not known; known are {', '.join(sorted(SAMPLERS_BY_CLASS))}"
    for step in form.methods:
        yield from (reason.message for reason in misspelt(step.step()))
    yield from _differing(form, by_rules)


def _differing(form: ReadingForm, by_rules: Request) -> Iterator[str]:
    for name in _PLAIN:
        said, read = getattr(by_rules, name), getattr(form, name)
        if said is not None and not _same(said, read):
            yield f"{name}: the words seem to say {said!r}, and you say {read!r}; look again"
    said = {s.method for s in by_rules.required if s.method != "sampler"}
    if missing := sorted(said - {s.method for s in form.methods}):
        yield f"the words seem to name {', '.join(missing)} as well; look again"


def _same(a: Any, b: Any) -> bool:
    return a == b or (isinstance(a, str) and isinstance(b, str) and CANONICAL.get(a, a) == CANONICAL.get(b, b))


def merged(by_rules: Request, form: ReadingForm) -> Request:
    """One request: what the rules found, and what the model found beside it."""
    filled = {n: v for n in _PLAIN if getattr(by_rules, n) is None and (v := _sane(n, getattr(form, n))) is not None}
    known = {s.method for s in by_rules.required}
    more = [s for f in form.methods if (s := f.step()).method not in known and method_of(s) is not None]
    update: dict[str, Any] = {**filled, "required": (*by_rules.required, *_once(more))}
    if by_rules.intent == "unclear" and (form.pipeline_class or more or form.speedup or form.latency_s):
        sought = form.speedup is not None or form.latency_s is not None
        update |= {"intent": "accelerate" if sought else "generate", "question": None}
    if not by_rules.preprocessors and by_rules.intent == "unclear":
        update["preprocessors"] = form.preprocessors
    return by_rules.model_copy(update=update)


def _once(steps: list[Step]) -> list[Step]:
    """Each method once."""
    return list({s.method: s for s in steps}.values())


def _sane(name: str, value: Any) -> Any:
    """A scheduler or a pipeline that nobody knows is not taken over."""
    if name == "pipeline_class" and value is not None and card_for(value) is None:
        return None
    return None if name == "scheduler" and value not in SAMPLERS_BY_CLASS else value
