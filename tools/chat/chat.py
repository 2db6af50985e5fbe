"""The seam: what agents ask of a language model, whoever provides it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ...knowledge.types import ChatFailure, Exchange, Record, Role

Form = TypeVar("Form", bound=Record)
CORRECTIONS = 1
"""times an answer that is not as asked is sent back, with what is wrong with it in sentences"""


def nothing_wrong(_: Record) -> list[str]:
    """For forms whose fields say everything."""
    return []


@dataclass(frozen=True)
class Question(Generic[Form]):
    """One question. Everything an answer depends on is in it, so that the same one is never paid for twice."""

    role: Role
    prompt: str
    """name and version of the prompt: `planner@3f9c1a2b`"""
    system: str
    user: str
    form: type[Form]
    """what the answer must be; its fields' descriptions are shown to the model"""
    wrong: Callable[[Form], list[str]] = nothing_wrong
    """sentences on what is wrong with a well-formed answer; they are sent back to the model"""
    corrections: int = CORRECTIONS
    attempt: int = 0
    """tells apart questions in the same words, where another answer is wanted"""


@dataclass(frozen=True)
class Answer(Generic[Form]):
    """A checked answer. Where the last correction was spent, `doubts` holds what is still wrong with it."""

    value: Form
    exchange: Exchange
    doubts: tuple[str, ...] = ()


class Chat(Protocol):
    """A language model. `ask` raises SetupError where the person must mend something (no key, unknown model)."""

    @property
    def model(self) -> str:
        """As it was named: `anthropic:MODEL`."""
        ...

    @property
    def simulated(self) -> bool:
        """A scripted model, whose figures are labelled as simulation wherever they are shown."""
        ...

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure: ...


@dataclass(frozen=True)
class Around:
    """What stands around a chat, and is known by the same name. Whoever inherits says how it asks."""

    chat: Chat

    @property
    def model(self) -> str:
        return self.chat.model

    @property
    def simulated(self) -> bool:
        return self.chat.simulated
