"""OpenAI's chat completions, as vLLM, Ollama and llama.cpp serve them too, as far as a streamed text answer goes."""

import json
from collections.abc import Iterator
from typing import Any

from fakes.serving import Dialect, Says, Status, pieces

_STOPS = {"end": "stop", "length": "length", "refused": "content_filter"}


def _chunk(model: str, choices: list[dict[str, Any]], **fields: Any) -> str:
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": choices}
    return f"data: {json.dumps({**body, **fields})}\n\n"


def _choice(delta: dict[str, Any], stop: str | None = None) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "finish_reason": stop}]


def _begun(text: str, model: str) -> Iterator[str]:
    yield _chunk(model, _choice({"role": "assistant", "content": ""}))
    for piece in pieces(text):
        yield _chunk(model, _choice({"content": piece}))


def _whole(said: Says, model: str) -> Iterator[str]:
    yield from _begun(said.text, model)
    if said.stop is None:
        return
    yield _chunk(model, _choice({}, _STOPS[said.stop]))
    usage = {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
        "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
    }
    yield _chunk(model, [], usage=usage)
    yield "data: [DONE]\n\n"


def _error(status: Status) -> dict[str, Any]:
    return {"error": {"message": status.message, "type": status.kind, "code": status.kind}}


OPENAI = Dialect("/v1/chat/completions", _whole, _begun, _error)
