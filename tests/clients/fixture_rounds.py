"""What the conformance suite asks of servers whose calls end with a question (since 2026-07-28)."""

from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import (
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    InputRequests,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
)

Talk = Context[Any, Any]
Ended = CallToolResult | InputRequiredResult


def _said(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)])


def _form(message: str, name: str, kind: str = "string") -> ElicitRequest:
    schema: dict[str, Any] = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _question(words: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=words))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def _answers(ctx: Talk) -> dict[str, Any]:
    found = ctx.input_responses or {}
    return {name: answer.model_dump(by_alias=True) for name, answer in found.items()}


def _name(answer: dict[str, Any], field: str = "name") -> Any:
    return (answer.get("content") or {}).get(field)


async def test_input_required_result_elicitation(ctx: Talk) -> Ended:
    answers = _answers(ctx)
    if "user_name" not in answers:
        return InputRequiredResult(input_requests={"user_name": _form("What is your name?", "name")})
    return _said(f"Hello, {_name(answers['user_name'])}!")


async def test_input_required_result_sampling(ctx: Talk) -> Ended:
    answers = _answers(ctx)
    if "capital_question" not in answers:
        return InputRequiredResult(input_requests={"capital_question": _question("What is the capital of France?")})
    return _said(str(answers["capital_question"]["content"]))


async def test_input_required_result_list_roots(ctx: Talk) -> Ended:
    answers = _answers(ctx)
    if "client_roots" not in answers:
        return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})
    return _said(f"roots: {answers['client_roots']['roots']}")


async def test_input_required_result_request_state(ctx: Talk) -> Ended:
    if "confirm" not in _answers(ctx):
        asked: InputRequests = {"confirm": _form("Please confirm", "ok", "boolean")}
        return InputRequiredResult(input_requests=asked, request_state="kept")
    return _said("state-ok" if ctx.request_state == "kept" else "the state was lost")


async def test_input_required_result_multiple_inputs(ctx: Talk) -> Ended:
    asked = {
        "user_name": _form("What is your name?", "name"),
        "greeting": _question("Generate a greeting"),
        "client_roots": ListRootsRequest(),
    }
    answers = _answers(ctx)
    if set(asked) - set(answers):
        return InputRequiredResult(input_requests=asked, request_state="all")
    return _said(f"Hello, {_name(answers['user_name'])}!")


async def test_input_required_result_multi_round(ctx: Talk) -> Ended:
    answers = _answers(ctx)
    if "step2" in answers:
        return _said(f"{ctx.request_state}, {_name(answers['step2'], 'color')}")
    if "step1" in answers:
        asked: InputRequests = {"step2": _form("Step 2: What is your favorite color?", "color")}
        return InputRequiredResult(input_requests=asked, request_state=f"name {_name(answers['step1'])}")
    return InputRequiredResult(
        input_requests={"step1": _form("Step 1: What is your name?", "name")}, request_state="first round"
    )


async def test_input_required_result_tampered_state(ctx: Talk) -> Ended:
    return await test_input_required_result_request_state(ctx)


async def test_input_required_result_capabilities(ctx: Talk) -> Ended:
    """Asks only what the client says that it can."""
    able = ctx.client_capabilities
    asked: dict[str, Any] = {}
    if able is not None and able.elicitation is not None:
        asked["user_name"] = _form("What is your name?", "name")
    if able is not None and able.sampling is not None:
        asked["greeting"] = _question("Generate a greeting")
    if not asked or _answers(ctx):
        return _said("nothing is asked")
    return InputRequiredResult(input_requests=asked)


async def prompt(ctx: Talk) -> str | InputRequiredResult:
    """A prompt that needs an answer first."""
    answers = _answers(ctx)
    if "user_context" not in answers:
        asked: InputRequests = {"user_context": _form("What context should the prompt use?", "context")}
        return InputRequiredResult(input_requests=asked)
    return f"context: {_name(answers['user_context'], 'context')}"


TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_tampered_state,
    test_input_required_result_capabilities,
)
