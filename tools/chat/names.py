"""How a language model is named in settings: `anthropic:MODEL`, `openai:MODEL@URL`, `plugin:...`."""

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from ..errors import UsageError

Kind = Literal["offline", "anthropic", "openai", "sampling", "scripted", "plugin"]
OFFLINE = "offline"
FORMS = "offline, anthropic:MODEL, openai:MODEL, openai:MODEL@URL, sampling, scripted:NAME or plugin:NAME:MODEL"


@dataclass(frozen=True)
class Named:
    """A model's name in its parts. `model` is what the provider calls it; of a script, the script's name."""

    kind: Kind
    model: str = ""
    url: str | None = None

    def __str__(self) -> str:
        return ":".join(p for p in (self.kind, self.model) if p) + (f"@{self.url}" if self.url else "")

    @property
    def host(self) -> str:
        """Host and port of the endpoint, where one is named."""
        return urlsplit(self.url).netloc.rpartition("@")[2] if self.url else ""


def parse(text: str) -> Named:
    """Read a model's name. Raises UsageError with what is wrong with it."""
    kind, colon, rest = text.strip().partition(":")
    known = next((k for k in get_args(Kind) if k == kind.strip().lower()), None)
    if known is None:
        raise UsageError(f"{text!r} names no language model; it is {FORMS}")
    if known in ("offline", "sampling"):
        if colon:
            raise UsageError(f"{text!r} names no language model: {known!r} stands alone")
        return Named(known)
    model, _, url = rest.strip().partition("@http")
    if not model:
        raise UsageError(f"{text!r} names no model after the colon; it is {FORMS}")
    if any(c.isspace() for c in rest.strip()):
        raise UsageError(f"{text!r} has a space in it; a model's name has none")
    if not rest.strip().isprintable():
        raise UsageError(f"{text!r} has a character in it that cannot be shown; a model's name has none")
    if not url:
        return Named(known, model)
    if known != "openai":
        raise UsageError(f"{text!r}: only openai:MODEL@URL takes an address")
    return Named(known, model, _address(text, "http" + url))


def _address(text: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        whole = False
    if not whole:
        raise UsageError(f"{text!r}: {url} is no address; an example is openai:qwen3@http://127.0.0.1:8000/v1")
    if "@" in urlsplit(url).netloc:
        raise UsageError(
            "a model's address must not hold a user or password; put the key into DIFFAGENT_OPENAI_API_KEY"
        )
    if urlsplit(url).query or urlsplit(url).fragment:
        raise UsageError(
            "a model's address ends before any ? or #, as it is shown and kept; put a key into DIFFAGENT_OPENAI_API_KEY"
        )
    return url.rstrip("/")
