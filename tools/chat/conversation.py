"""Question, answer, correction: the same path for every model, given a way to have it say something."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from ...knowledge.types import ChatFailure, Exchange, Record, SentBack, Usage
from . import forms, keys
from .chat import Answer, Question

Form = TypeVar("Form", bound=Record)
_SHOWN = 20_000
"""characters of a useless answer that are kept"""


ONE_REQUEST = Usage(requests=1)


@dataclass(frozen=True)
class Turn:
    """One message of a conversation."""

    by: Literal["user", "model"]
    text: str


@dataclass(frozen=True)
class Said:
    """What a model said in one turn."""

    text: str
    usage: Usage = ONE_REQUEST
    cut: bool = False
    """the limit of tokens ended it"""
    refused: str | None = None
    """the provider or the model declined; the reason, or an empty text"""


Say = Callable[[str, Sequence[Turn]], Said | ChatFailure]
"""has a model continue a conversation, given the system prompt and the turns so far"""


def converse(
    question: Question[Form],
    say: Say,
    model: str,
    simulated: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Answer[Form] | ChatFailure:
    """Ask, read the form out of the answer, and send back what is wrong with it, as often as the question allows.

    Failures carry what the whole conversation cost.
    """
    started = clock()
    asked = begun(question, model, simulated)
    turns = [Turn("user", asked.asked)]
    usage, sent_back = Usage(), list[SentBack]()
    while True:
        said = say(asked.system, turns)
        usage += said.usage
        if isinstance(said, ChatFailure):
            return said.model_copy(update={"usage": usage})
        text = keys.hide(said.text)
        if ended := _ended(said, text, model):
            return ended.model_copy(update={"usage": usage})
        value, wrong = _judged(question, text)
        if wrong and len(sent_back) < question.corrections:
            sent_back.append(SentBack(answered=text[:_SHOWN], sentences=tuple(wrong)))
            turns += [Turn("model", text or "(nothing)"), Turn("user", keys.hide(forms.sent_back(wrong)))]
            continue
        if value is None:
            sentence = f"{model} gave no answer in the form that was asked for: {wrong[0]}"
            return ChatFailure(kind="invalid", message=sentence, answered=text[:_SHOWN], usage=usage)
        found = {"answered": text, "sent_back": tuple(sent_back), "usage": usage, "seconds": clock() - started}
        return Answer(value, asked.model_copy(update=found), tuple(wrong))


def begun(question: Question[Form], model: str, simulated: bool) -> Exchange:
    """The exchange as far as it stands before anything is said."""
    return Exchange(
        role=question.role,
        model=model,
        prompt=question.prompt,
        system=keys.hide(f"{question.system}\n\n{forms.instruction(question.form)}"),
        asked=keys.hide(question.user),
        simulated=simulated,
    )


def _judged(question: Question[Form], text: str) -> tuple[Form | None, list[str]]:
    value = forms.read(question.form, text)
    return (None, value) if isinstance(value, list) else (value, question.wrong(value))


def _ended(said: Said, text: str, model: str) -> ChatFailure | None:
    """A failure where there is no use in sending the answer back."""
    if said.refused is not None:
        reason = f": {' '.join(said.refused.split())[:200]}" if said.refused else ""
        sentence = f"{model} refused to answer{reason}; another model may not"
        return ChatFailure(kind="refused", message=sentence, answered=text[:_SHOWN])
    if said.cut:
        sentence = (
            f"{model} was cut off at its limit of {said.usage.output_tokens or 'output'} tokens; raise llm_output"
        )
        return ChatFailure(kind="truncated", message=sentence, answered=text[:_SHOWN])
    return None
