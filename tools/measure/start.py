"""How a script gets to its pipeline call: as `python script.py ARGS`, or as a server that is sent a request."""

import json
from typing import Any

from pydantic import Field

from ...knowledge.types import Record
from ..errors import UsageError


class Entry(Record):
    """A call that stands in a handler: what a server would call, and what it would be given."""

    call: str = Field(description="`module:function`, `function`, `Class.method`, or a route, `POST /generate`")
    request: dict[str, Any] = Field(default={}, description="its arguments by name; of a route, the body")


class Start(Record):
    """Arguments of the script itself, and the handler where its call is in one."""

    arguments: tuple[str, ...] = ()
    entry: Entry | None = None

    def job(self) -> dict[str, Any]:
        """As the runner is told."""
        return {
            "arguments": list(self.arguments),
            "entry": None if self.entry is None else self.entry.model_dump(mode="json"),
        }


def entry(call: str | None, request: str | None) -> Entry | None:
    """What `--call` and `--request` say, the request as JSON. Raises UsageError with one sentence."""
    if call is None:
        if request is not None:
            raise UsageError("--request is what a handler is given: name the handler with --call")
        return None
    try:
        given: Any = json.loads(request) if request is not None else {}
    except ValueError as e:
        raise UsageError(f'--request is not JSON ({e}); write it like \'{{"prompt": "a lighthouse"}}\'') from e
    if not isinstance(given, dict):
        raise UsageError('--request must be a JSON object, such as \'{"prompt": "a lighthouse"}\'')
    return Entry(call=call.strip(), request=given)
