"""The server: the official one, with complaints that a model can act on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import CallToolResult, ContentBlock, InputRequiredResult, TextContent, Tool
from pydantic import BaseModel, ValidationError

from ...tools.errors import SetupError, UsageError
from ...tools.report.text import clean
from .rounds import Needed
from .sentences import argument_complaint, for_models, unknown_arguments

_NULL = {"type": "null"}


class Door(MCPServer[Any]):
    """MCPServer whose refusals are one sentence, and whose schemas say nothing twice."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool by name. Raises ToolError with one sentence where its arguments or the set-up are not right."""
        known = self._takes(name)
        if known is not None and (complaint := unknown_arguments(name, arguments, known)) is not None:
            raise ToolError(complaint)
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as e:
            if isinstance(e.__cause__, Needed):
                return e.__cause__.reply
            complaint = _sentence(name, e, known or ())
            if complaint is None:
                raise
            raise ToolError(complaint) from e.__cause__

    async def list_tools(self) -> list[Tool]:
        """The tools, their schemas without the titles that pydantic makes out of names."""
        return [
            tool.model_copy(
                update={
                    "input_schema": plain(tool.input_schema),
                    "output_schema": None if tool.output_schema is None else bare(plain(tool.output_schema)),
                }
            )
            for tool in await super().list_tools()
        ]

    def serves(self, method: str, parameters: type[BaseModel], handler: Callable[..., Awaitable[Any]]) -> None:
        """Answer a request of the protocol that MCPServer leaves out."""
        self._lowlevel_server.add_request_handler(method, parameters, handler)

    def _takes(self, name: str) -> Sequence[str] | None:
        schema = self._tool_input_schema(name)
        return None if schema is None else list(schema.get("properties", {}))


def _sentence(name: str, error: ToolError, known: Sequence[str]) -> str | None:
    """What to say; None where the error is our own bug, or is said already."""
    cause = error.__cause__
    if isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
        return argument_complaint(name, cause, known)
    if isinstance(cause, UsageError | SetupError):
        return for_models(str(cause))
    return None


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without titles, and without the docstrings of records; what arguments mean is kept."""
    kept: dict[str, Any] = {}
    for key, value in _without_null(schema).items():
        if key == "properties":
            kept[key] = {name: plain(each) for name, each in value.items()}
        elif key == "$defs":
            kept[key] = {name: plain({k: v for k, v in d.items() if k != "description"}) for name, d in value.items()}
        elif isinstance(value, dict):
            kept[key] = plain(value)
        elif isinstance(value, list):
            kept[key] = [plain(v) if isinstance(v, dict) else v for v in value]
        elif key != "title":
            kept[key] = value
    return kept


def bare(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a reply, of the fields that it always has; others may come along, and speak for themselves."""
    needed = schema.get("required", [])
    fields = {name: each for name, each in schema.get("properties", {}).items() if name in needed}
    left_out = ("description", "$defs", "additionalProperties")
    kept = {k: v for k, v in schema.items() if k not in left_out} | {"properties": fields}
    inner = {name: {"properties": bare(each)["properties"]} for name, each in schema.get("$defs", {}).items()}
    return kept | ({"$defs": inner} if inner else {})


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be left out is not said to be null as well; null is taken all the same."""
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or _NULL not in choices or len(choices) != 2:
        return schema
    only = next(c for c in choices if c != _NULL)
    return {**only, **{k: v for k, v in schema.items() if k != "anyOf" and not (k == "default" and v is None)}}


def said(reply: BaseModel, text: str, *more: ContentBlock) -> CallToolResult:
    """A reply with its structure, a short text, and links to what is longer."""
    content: list[ContentBlock] = [TextContent(type="text", text=clean(text)), *more]
    return CallToolResult(content=content, structured_content=reply.model_dump(mode="json", exclude_none=True))
