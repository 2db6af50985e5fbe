"""What the conformance suite asks of servers that question the client while a call waits (until 2025-11-25)."""

from typing import Annotated, Any

from mcp.server.mcpserver import Context, Resolve, Sample
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, CreateMessageRequestParams, CreateMessageResult, SamplingMessage, TextContent

from diffagent_mcp.server.mcp.rounds import Rounds

Talk = Context[Any, Any]
TITLED = [{"const": f"value{n}", "title": f"{name} Option"} for n, name in enumerate(("First", "Second", "Third"), 1)]
DEFAULTS: dict[str, Any] = {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "default": True},
}
ENUMS: dict[str, Any] = {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {"type": "string", "oneOf": TITLED},
    "legacyEnum": {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
}


def _said(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)])


async def _asked(ctx: Talk, message: str, properties: dict[str, Any], begin: str) -> CallToolResult:
    answer = await Rounds(ctx).form("form", message, properties)
    if answer is None:
        raise ToolError("the client cannot ask")
    return _said(f"{begin}: action={answer.action}, content={answer.content}")


async def test_sampling(prompt: str, ctx: Talk) -> CallToolResult:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    rounds = Rounds(ctx)
    answer = await rounds.sample("model", CreateMessageRequestParams(messages=[message], max_tokens=100))
    if not rounds.samples or answer is None:
        raise ToolError("the client lends no model")
    return _said(f"LLM response: {getattr(answer.content, 'text', answer.content)}")


async def test_elicitation(message: str, ctx: Talk) -> CallToolResult:
    fields = {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    }
    return await _asked(ctx, message, fields, "User response")


async def test_elicitation_sep1034_defaults(ctx: Talk) -> CallToolResult:
    return await _asked(ctx, "Please review", DEFAULTS, "Elicitation completed")


async def test_elicitation_sep1330_enums(ctx: Talk) -> CallToolResult:
    return await _asked(ctx, "Please choose", ENUMS, "Elicitation completed")


def capital() -> Sample:
    """Needs a client that lends its model."""
    return Sample([SamplingMessage(role="user", content=TextContent(type="text", text="?"))], max_tokens=9)


def test_missing_capability(said: Annotated[CreateMessageResult, Resolve(capital)]) -> CallToolResult:
    return _said(str(said.content))


TOOLS = (
    test_missing_capability,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
)
