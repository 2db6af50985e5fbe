"""Anthropic's Messages API, as far as a streamed text answer goes."""

import json
from collections.abc import Iterator
from typing import Any

from fakes.serving import Dialect, Says, Status, pieces

_STOPS = {"end": "end_turn", "length": "max_tokens", "refused": "refusal"}


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


def _start(model: str, said: Says) -> Iterator[str]:
    usage = {
        "input_tokens": said.input_tokens - said.cached_tokens,
        "cache_read_input_tokens": said.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": 1,
    }
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    yield _event("message_start", message={**message, "stop_reason": None, "stop_sequence": None, "usage": usage})
    yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield _event("ping")


def _deltas(text: str) -> Iterator[str]:
    for piece in pieces(text):
        yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})


def _whole(said: Says, model: str) -> Iterator[str]:
    yield from _start(model, said)
    yield from _deltas(said.text)
    yield _event("content_block_stop", index=0)
    if said.stop is not None:
        delta = {"stop_reason": _STOPS[said.stop], "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage={"output_tokens": said.output_tokens})
        yield _event("message_stop")


def _begun(text: str, model: str) -> Iterator[str]:
    yield from _start(model, Says(text))
    yield from _deltas(text)


def _error(status: Status) -> dict[str, Any]:
    return {"type": "error", "error": {"type": status.kind, "message": status.message}, "request_id": "req_1"}


ANTHROPIC = Dialect("/v1/messages", _whole, _begun, _error)
