"""The client's own language model, where it lends one and the settings say `sampling`: a fallback that reads words.

Jobs live in processes of their own and outlive the client, so they never ask it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from anyio import from_thread
from mcp.types import CreateMessageRequestParams, SamplingMessage, TextContent

from ...knowledge.types import ChatFailure, Record
from ...tools.chat.chat import Answer, Question
from ...tools.chat.conversation import Said, Turn, converse
from .rounds import Rounds

Form = TypeVar("Form", bound=Record)
OUTPUT = 4096
"""tokens of an answer, where no setting says how many"""


@dataclass(frozen=True)
class ClientModel:
    """A chat with the client's model, asked from a worker thread while one tool call lasts."""

    rounds: Rounds
    output: int = OUTPUT
    model: str = "sampling"
    simulated: bool = False
    _numbers: "count[int]" = field(default_factory=count)

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """One checked answer; a failure where the client or the person declines."""
        return converse(question, self._say, self.model)

    def _say(self, system: str, turns: Sequence[Turn]) -> Said | ChatFailure:
        params = CreateMessageRequestParams(
            messages=[_message(turn) for turn in turns], system_prompt=system, max_tokens=self.output
        )
        answer = from_thread.run(self.rounds.sample, f"model{next(self._numbers)}", params)
        if answer is None:
            return ChatFailure(kind="refused", message="the client did not let its language model be asked")
        text = answer.content.text if isinstance(answer.content, TextContent) else ""
        return Said(text, cut=answer.stop_reason == "maxTokens")


def _message(turn: Turn) -> SamplingMessage:
    role = "user" if turn.by == "user" else "assistant"
    return SamplingMessage(role=role, content=TextContent(type="text", text=turn.text))
