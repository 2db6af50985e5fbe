"""Language models that installed packages bring, `plugin:NAME` or `plugin:NAME:MODEL`.

The entry point names a function that takes MODEL (an empty text where none is given) and returns what has it say
something: given the system prompt and the turns so far, `Said`, a `ChatFailure`, or simply text. Answers are read,
checked and kept like those of any other model.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from ...knowledge import plugins
from ...knowledge.plugins import Broken, guarded
from ...knowledge.types import ChatFailure, Record, Usage
from ..errors import SetupError, UsageError
from .chat import Answer, Question
from .conversation import Said, Turn, converse
from .names import Named

Form = TypeVar("Form", bound=Record)
Speaking = Callable[[str, Sequence[Turn]], Said | ChatFailure | str]
"""what a plugin gives: continues a conversation"""


@dataclass(frozen=True)
class Plugged:
    """A chat that asks a plugin. What the plugin raises is a failure of the model, and the agents go on without it."""

    named: Named
    speak: Speaking
    simulated: bool = False
    clock: Callable[[], float] = field(default=time.monotonic)

    @property
    def model(self) -> str:
        return str(self.named)

    def ask(self, question: Question[Form]) -> Answer[Form] | ChatFailure:
        """One checked answer."""
        return converse(question, self._say, self.model, clock=self.clock)

    def _say(self, system: str, turns: Sequence[Turn]) -> Said | ChatFailure:
        spoken: Any = guarded(lambda: self.speak(system, turns))
        if isinstance(spoken, str):
            return Said(spoken)
        if isinstance(spoken, Said | ChatFailure):
            return spoken
        why = spoken.sentence if isinstance(spoken, Broken) else f"it answered with {type(spoken).__name__}, not text"
        return ChatFailure(kind="unavailable", message=f"{self.model}: {why}", usage=Usage(requests=1))


def open_plugged(named: Named) -> Plugged:
    """The plugin's model. Raises UsageError where there is no such plugin, SetupError where it is broken."""
    name, _, model = named.model.partition(":")
    plugin = plugins.named(plugins.CHATS, name)
    if plugin is None:
        known = ", ".join(plugins.offered(plugins.CHATS)) or "none is installed"
        raise UsageError(f"no plugin brings a language model {name!r}; those that do: {known}")
    if (complaint := plugin.complaint) is not None:
        raise SetupError(complaint)
    given: Any = plugin.given
    speak: Any = guarded(lambda: given(model))
    if isinstance(speak, Broken):
        raise SetupError(f"the plugin {name} of {plugin.package} cannot be asked: {speak.sentence}")
    if not callable(speak):
        raise SetupError(f"the plugin {name} of {plugin.package} gives nothing that can be asked")
    return Plugged(named, cast(Speaking, speak))
