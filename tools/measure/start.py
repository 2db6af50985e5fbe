"""How a script gets to its pipeline call: as `python script.py ARGS`, or as a server that is sent a request."""

from typing import Any

from pydantic import Field

from ...knowledge.types import Record


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
