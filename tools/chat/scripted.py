"""A model that says what a function tells it to: for tests, and for simulating agents without a provider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ...knowledge.types import ChatFailure, Record, Usage
from .chat import Answer, Question
from .conversation import Said, Turn, converse

Form = TypeVar("Form", bound=Record)
Script = Callable[[Question[Any]], Record | str | ChatFailure]
"""what is said to a question: an answer, text as a model would write it, or a failure"""


@dataclass(frozen=True)
class Scripted:
    """A chat that asks a function. Its answers are read and checked like those of any other model."""

    script: Script
    name: str = "test"
    simulated: bool = True

    @property
    def model(self) -> str:
        return f"scripted:{self.name}"

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """One answer of the function; it is asked again where the answer is sent back."""

        def say(system: str, turns: Sequence[Turn]) -> Said | ChatFailure:
            said = self.script(question)
            if isinstance(said, ChatFailure):
                return said.model_copy(update={"usage": Usage(requests=1, usd=0.0)})
            text = said if isinstance(said, str) else said.model_dump_json()
            return Said(text, Usage(requests=1, usd=0.0))

        return converse(question, say, self.model, simulated=self.simulated, clock=lambda: 0.0)
