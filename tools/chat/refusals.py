"""What an error of a model's API means for a run: try again, go on without it, or have the person mend something."""

from pydantic_ai import exceptions as ai

from ...knowledge.types import ChatFailure, ChatFault, Usage
from ..errors import SetupError
from . import keys
from .names import Named
from .patience import Again

_TOLD = 200
_PASSING = frozenset({408, 409, 425, 429})
"""HTTP statuses below 500 that may pass by themselves"""


def meaning(
    error: ai.AgentRunError, named: Named, source: str | None, seconds: float, usage: Usage
) -> ChatFailure | Again:
    """The failure that an error is. Raises SetupError for keys and names that are not accepted."""

    def failed(kind: ChatFault, sentence: str) -> ChatFailure:
        return ChatFailure(kind=kind, message=sentence, usage=usage)

    if isinstance(error, (ai.ModelAuthenticationError, ai.ModelNotFoundError)):
        raise _to_mend(error, named, source) from None
    match error:
        case ai.ModelRequestTimeout() | ai.ModelTimeoutError(phase="read" | "write" | None):
            return failed("timed_out", f"{named} gave no whole answer within {seconds:.0f} s; raise llm_seconds")
        case ai.ModelQuotaExceededError():
            return failed("unavailable", f"the account behind {named} has no credit left: {_told(error)}")
        case ai.ModelContextWindowExceededError():
            return failed("truncated", f"the question is longer than {named} can read; choose a model that reads more")
        case ai.ModelHTTPError(status_code=code) if code >= 500 or code in _PASSING:
            return Again(failed("unavailable", f"{named} is not available now ({_status(code)})"), error.retry_after)
        case ai.ModelHTTPError(status_code=code):
            return failed("unavailable", f"{named} rejected the request ({code}): {_told(error)}")
        case ai.ContentFilterError():
            return failed("refused", f"{named} refused to answer; another model may not")
        case ai.ModelConnectionError(phase="connect" | "pool"):
            where = f" at {named.url}; is it running?" if named.url else ""
            return Again(failed("unavailable", f"{named} cannot be reached{where}"), None)
        case ai.ModelAPIError():
            return Again(failed("unavailable", f"{named} broke off: {_told(error)}"), error.retry_after)
        case _:
            return Again(failed("unavailable", f"{named} sent no answer that can be read: {_told(error)}"), None)


def broken_off(named: Named, usage: Usage) -> Again:
    """The stream ended without saying that the answer did."""
    sentence = f"{named} broke off in the middle of its answer"
    return Again(ChatFailure(kind="unavailable", message=sentence, usage=usage))


def unreadable(named: Named, usage: Usage) -> Again:
    """What arrived is not of the protocol that the name says."""
    sentence = f"{named} sent no answer that can be read: it does not speak the protocol of {named.kind}"
    return Again(ChatFailure(kind="unavailable", message=sentence, usage=usage))


def _to_mend(error: ai.AgentRunError, named: Named, source: str | None) -> SetupError:
    if isinstance(error, ai.ModelNotFoundError):
        where = f" at {named.url}" if named.url else ""
        return SetupError(f"there is no model {named.model!r}{where}: {_told(error)}; name another with DIFFAGENT_LLM")
    if source is None:
        return SetupError(f"{named} wants a key and there is none; {keys.missing(named)}")
    places = f"{keys.variables(named)[0]} or the keyring's entry {keys.keyring_entry(named)!r} of {keys.SERVICE!r}"
    return SetupError(f"{named} does not accept the key from {source}; set a valid one in {places}")


def _status(code: int) -> str:
    named = {429: "too many requests", 529: "overloaded"}.get(code)
    return f"{code}, {named}" if named else str(code)


def _told(error: ai.AgentRunError) -> str:
    """What the provider says about it, as one line without keys."""
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else inner
    text = " ".join(keys.hide(str(message or body or getattr(error, "message", error))).split())
    return text[:_TOLD].rstrip(".")
