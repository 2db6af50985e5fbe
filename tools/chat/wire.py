"""One request to a model's API through pydantic-ai, and what its end means. Imported with the first question.

Answers are asked for as plain text, with the form's schema in the prompt: that works with every model and server, where
forced tool calls and schema modes do not. Requests are streamed, so that a long answer is no silent connection.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from pydantic_ai import exceptions as ai
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.models import Model, StreamedResponse
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings

from ...knowledge.types import ChatFailure, Usage
from . import keys, prices, refusals
from .conversation import Said, Turn
from .names import Named
from .patience import Again

CONNECT_S = 15.0
_LEAST_OUTPUT = 1
_MALFORMED = (AssertionError, AttributeError, KeyError, TypeError, ValueError)
"""what the client libraries raise on events that are JSON and of another shape than the protocol's"""


def request(
    named: Named, key: keys.Key | None, seconds: float, output: int | None, system: str, turns: Sequence[Turn]
) -> Said | ChatFailure | Again:
    """Have the model continue the conversation. Raises SetupError where the person must mend something."""
    return asyncio.run(_request(named, key, seconds, output, _messages(system, turns)))


async def _request(
    named: Named, key: keys.Key | None, seconds: float, output: int | None, messages: list[ModelMessage]
) -> Said | ChatFailure | Again:
    heard: StreamedResponse | None = None
    try:
        async with AsyncExitStack() as stack:
            model = await _model(named, key, seconds, stack)
            asked = model_request_stream(model, messages, model_settings=_settings(named, seconds, output))
            heard = await stack.enter_async_context(asked)
            async for _ in heard:
                pass
    except ai.AgentRunError as e:
        source = key.source if key else None
        return refusals.meaning(e, named, source, seconds, _usage(named, heard) if heard else Usage())
    except _MALFORMED:
        return refusals.unreadable(named, _usage(named, heard) if heard else Usage(requests=1))
    return _said(named, heard)


async def _model(named: Named, key: keys.Key | None, seconds: float, stack: AsyncExitStack) -> Model:
    """A client of its own for every request: an event loop ends with its request, and connections with their loop."""
    value = key.value.get_secret_value() if key else keys.PLACEHOLDER
    if named.kind == "anthropic":
        from anthropic import AsyncAnthropic, Timeout

        client = AsyncAnthropic(api_key=value, max_retries=0, timeout=Timeout(seconds, connect=CONNECT_S))
        provider = AnthropicProvider(anthropic_client=await stack.enter_async_context(client))
        return AnthropicModel(named.model, provider=provider)
    from openai import AsyncOpenAI, Timeout

    timeout = Timeout(seconds, connect=CONNECT_S)
    client = AsyncOpenAI(api_key=value, base_url=named.url, max_retries=0, timeout=timeout)
    provider = OpenAIProvider(openai_client=await stack.enter_async_context(client))
    if named.url is None:
        return OpenAIChatModel(named.model, provider=provider)
    older = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False, openai_system_prompt_role="system")
    return OpenAIChatModel(named.model, provider=provider, profile=older)


def _settings(named: Named, seconds: float, output: int | None) -> ModelSettings:
    settings = ModelSettings(request_timeout=seconds)
    if output is not None:
        settings["max_tokens"] = max(output, _LEAST_OUTPUT)
    if named.kind == "anthropic":
        return AnthropicModelSettings(**settings, anthropic_cache_instructions=True)
    return settings


def _messages(system: str, turns: Sequence[Turn]) -> list[ModelMessage]:
    first, *rest = turns
    messages: list[ModelMessage] = [ModelRequest(parts=[SystemPromptPart(system), UserPromptPart(first.text)])]
    for turn in rest:
        if turn.by == "model":
            messages.append(ModelResponse(parts=[TextPart(turn.text)]))
        else:
            messages.append(ModelRequest(parts=[UserPromptPart(turn.text)]))
    return messages


def _said(named: Named, heard: StreamedResponse) -> Said | Again:
    response = heard.get()
    usage, text = _usage(named, heard), response.text or ""
    if response.finish_reason is None:
        return refusals.broken_off(named, usage)
    refused = None
    if response.finish_reason == "content_filter":
        refused = str((response.provider_details or {}).get("refusal") or text)
    return Said(text, usage, cut=response.finish_reason == "length", refused=refused)


def _usage(named: Named, heard: StreamedResponse) -> Usage:
    tokens = heard.usage
    found = tokens.input_tokens or tokens.output_tokens
    return Usage(
        requests=1,
        input_tokens=tokens.input_tokens,
        cached_tokens=tokens.cache_read_tokens,
        output_tokens=tokens.output_tokens,
        usd=prices.cost(named, tokens) if found else None,
    )
