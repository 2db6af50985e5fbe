"""Models behind an API: Anthropic's, OpenAI's, and any server that speaks OpenAI's protocol."""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ...knowledge.types import ChatFailure, Record
from ..errors import SetupError
from . import keys
from .chat import Answer, Question
from .conversation import Said, Turn, converse
from .names import Named
from .patience import Again, Patience

Form = TypeVar("Form", bound=Record)
LIBRARIES = ("pydantic_ai", "anthropic", "openai")
OUTPUT = 16_384
"""tokens an answer may have where the endpoint is the provider's own"""


@dataclass(frozen=True)
class Bounds:
    """What one request may take."""

    seconds: float = 300.0
    output: int | None = None
    """tokens of an answer; None: 16384, and of a server of one's own whatever that allows"""


@dataclass(frozen=True)
class Provider:
    """A model behind an API. The libraries are imported with the first question."""

    named: Named
    key: keys.Key | None
    bounds: Bounds = Bounds()
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
    simulated: bool = False

    @property
    def model(self) -> str:
        return str(self.named)

    @property
    def output(self) -> int | None:
        """Tokens of an answer that are asked for; None where that is left to the server."""
        return self.bounds.output or (None if self.named.url else OUTPUT)

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """One checked answer. Raises SetupError where the key or the model's name is not accepted."""
        return converse(question, self._say, self.model, clock=self.clock)

    def _say(self, system: str, turns: Sequence[Turn]) -> Said | ChatFailure:
        from . import wire

        def request() -> Said | ChatFailure | Again:
            return wire.request(self.named, self.key, self.bounds.seconds, self.output, system, turns)

        ended, spent = self.patience.keep_trying(request)
        if not spent.requests:
            return ended
        if isinstance(ended, ChatFailure):
            return ended.model_copy(update={"usage": spent + ended.usage})
        return Said(ended.text, spent + ended.usage, ended.cut, ended.refused)


def open_provider(named: Named, bounds: Bounds | None = None) -> Provider:
    """The model of this name, with its key. Raises SetupError where the libraries or the key are not there."""
    if (sentence := obstacle(named)) is not None:
        raise SetupError(sentence)
    return Provider(named, keys.find(named), bounds or Bounds())


def installed() -> bool:
    """Whether the extra `llm` is installed; nothing is imported to find out."""
    return all(importlib.util.find_spec(name) is not None for name in LIBRARIES)


def obstacle(named: Named) -> str | None:
    """What the person must mend before this model can be asked, in a sentence."""
    if not installed():
        return f"{named} needs libraries that are not installed: pip install 'diffagent-mcp[llm]'"
    key = keys.find(named)
    if key is not None:
        return keys.unusable(key)
    return keys.missing(named) if named.url is None else None
