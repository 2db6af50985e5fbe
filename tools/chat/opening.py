"""From a model's name to a model that can be asked, and what stands in the way."""

from collections.abc import Callable, Mapping

from ..errors import UsageError
from . import keys
from .chat import Chat
from .names import Kind, Named
from .plugged import open_plugged
from .provider import Bounds, open_provider

Factories = Mapping[Kind, Callable[[Named], Chat]]
"""models that only the composition root can build: the MCP client's own (`sampling`), and scripts"""


def open_chat(named: Named, factories: Factories, bounds: Bounds) -> Chat | None:
    """The model of this name; None: offline. Raises SetupError and UsageError where it cannot be asked."""
    if named.kind == "offline":
        return None
    if (build := factories.get(named.kind)) is not None:
        return build(named)
    if named.kind in ("anthropic", "openai"):
        return open_provider(named, bounds)
    if named.kind == "plugin":
        return open_plugged(named)
    where = "inside an MCP client that lends its model" if named.kind == "sampling" else "in a simulation"
    raise UsageError(f"the language model {named} can be used only {where}; name another with DIFFAGENT_LLM")


def key_in_words(named: Named) -> str:
    """Where the key of a model comes from, never the key."""
    if named.kind not in ("anthropic", "openai"):
        own = "its plugin has its own" if named.kind == "plugin" else "needs no key"
        return "nothing is sent anywhere" if named.kind == "offline" else own
    key = keys.find(named)
    if key is not None:
        return f"key from {key.source}"
    return "no key, which a server of one's own may not need" if named.url else "no key"
