"""Our server with the tools, resources and prompts that the official conformance suite asks for, over HTTP.

    python tests/clients/fixture_server.py PORT FOLDER

Only what the suite names is added; the server itself is the one that `serve --http` builds.
"""

import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import anyio
import fixture_elicitation
import fixture_rounds
import uvicorn
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import Message, UserMessage
from mcp.types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    SetLevelRequestParams,
    TextContent,
    TextResourceContents,
)
from pydantic import Field

from diffagent_mcp.server.mcp.door import Door
from diffagent_mcp.server.mcp.http.serving import Listen, application
from diffagent_mcp.server.mcp.serve import build
from diffagent_mcp.server.settings import load

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
Talk = Context[Any, Any]


def said(*content: ContentBlock) -> CallToolResult:
    return CallToolResult(content=list(content))


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def image() -> ImageContent:
    return ImageContent(type="image", data=DOT, mime_type="image/png")


def embedded(uri: str, kind: str, words: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=kind, text=words))


def test_simple_text() -> CallToolResult:
    return said(text("This is a simple text response for testing."))


def test_image_content() -> CallToolResult:
    return said(image())


def test_audio_content() -> CallToolResult:
    return said(AudioContent(type="audio", data=SILENCE, mime_type="audio/wav"))


def test_embedded_resource() -> CallToolResult:
    return said(embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))


def test_multiple_content_types() -> CallToolResult:
    mixed = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return said(text("Multiple content types test:"), image(), mixed)


def test_error_handling() -> CallToolResult:
    return CallToolResult(content=[text("This tool intentionally returns an error for testing")], is_error=True)


async def test_tool_with_logging(ctx: Talk) -> CallToolResult:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(words)  # pyright: ignore[reportDeprecated]
        await anyio.sleep(0.05)
    return said(text("logged"))


async def test_tool_with_progress(ctx: Talk) -> CallToolResult:
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
        await anyio.sleep(0.05)
    return said(text("progressed"))


async def test_reconnection(ctx: Talk) -> CallToolResult:
    await ctx.close_sse_stream()
    await anyio.sleep(0.1)
    return said(text("Reconnection test completed successfully."))


async def test_trigger_tool_change(ctx: Talk) -> CallToolResult:
    await ctx.notify_tools_changed()
    return said(text("told"))


async def test_trigger_prompt_change(ctx: Talk) -> CallToolResult:
    await ctx.notify_prompts_changed()
    return said(text("told"))


def simple() -> str:
    """A prompt without arguments."""
    return "This is a simple prompt for testing."


def with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with two arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


def with_resource(resourceUri: str) -> list[Message]:
    """A prompt with a resource in it."""
    resource = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [UserMessage(resource), UserMessage(text("Please process the embedded resource above."))]


def with_image() -> list[Message]:
    """A prompt with an image in it."""
    return [UserMessage(image()), UserMessage(text("Please analyze the image above."))]


def static_text() -> str:
    """Text that stays the same."""
    return "This is the content of the static text resource."


def static_binary() -> bytes:
    """Bytes that stay the same."""
    return bytes([0x89]) + b"PNG"


def template(id: str) -> str:
    """Data for an id."""
    return f'{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}'


def json_schema_2020_12_tool() -> CallToolResult:
    return said(text("a schema by hand"))


def test_custom_header(
    region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})],
) -> CallToolResult:
    return said(text(region))


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


TOOLS = (
    *(test_simple_text, test_image_content, test_audio_content, test_embedded_resource, test_multiple_content_types),
    *(test_error_handling, test_tool_with_logging, test_tool_with_progress, test_reconnection),
    *(json_schema_2020_12_tool, test_custom_header, test_trigger_tool_change, test_trigger_prompt_change),
    *fixture_elicitation.TOOLS,
    *fixture_rounds.TOOLS,
)


def furnish(door: Door) -> None:
    """Put everything that the suite asks for on a server."""
    for tool in TOOLS:
        door.tool(description=f"For the conformance suite: {tool.__name__}")(tool)
    by_hand = door._tool_manager.get_tool(json_schema_2020_12_tool.__name__)  # pyright: ignore[reportPrivateUsage]
    assert by_hand is not None
    by_hand.parameters = SCHEMA
    door.resource("test://static-text", mime_type="text/plain")(static_text)
    door.resource("test://static-binary", mime_type="image/png")(static_binary)
    door.resource("test://watched-resource", mime_type="text/plain")(static_text)
    door.resource("test://template/{id}/data", mime_type="application/json")(template)
    door.prompt("test_simple_prompt")(simple)
    door.prompt("test_prompt_with_arguments")(with_arguments)
    door.prompt("test_prompt_with_embedded_resource")(with_resource)
    door.prompt("test_prompt_with_image")(with_image)
    door.prompt("test_input_required_result_prompt")(fixture_rounds.prompt)

    async def set_level(*_: Any) -> EmptyResult:
        return EmptyResult()

    door.serves("logging/setLevel", SetLevelRequestParams, set_level)


def main(port: int, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        door, desk = build(load({"models": "zoo", "home": Path(home)}), [folder])
        furnish(door)
        uvicorn.run(application(door, desk, Listen(port=port, a_minute=10**6)), port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
