"""The tools that run nothing, through a client in memory, in both eras of the protocol."""

import json
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent, Tool

from diffagent_mcp.server.mcp.serve import build
from diffagent_mcp.server.settings import Settings, load

EXAMPLES = Path(__file__).parents[3] / "examples"
SCRIPT = "sd15_text2img.py"
Era = Literal["auto", "legacy"]
CHARACTERS_A_TOKEN = 3.9
"""of the tools as JSON; counted: 4.16 with the vocabulary that Anthropic once published, 3.94 with DeepSeek's"""


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


def settings(**given: Any) -> Settings:
    return load({"models": "zoo", **given})


def call(tool: str, era: Era = "auto", folders: list[Path] | None = None, **arguments: Any) -> CallToolResult:
    async def asked() -> CallToolResult:
        async with Client(build(settings(), folders or [EXAMPLES])[0], mode=era) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(asked)


def tools(era: Era) -> list[Tool]:
    async def asked() -> list[Tool]:
        async with Client(build(settings(), [EXAMPLES])[0], mode=era) as client:
            return (await client.list_tools()).tools

    return anyio.run(asked)


def text(reply: CallToolResult) -> str:
    first = reply.content[0]
    assert isinstance(first, TextContent)
    return first.text


def structure(reply: CallToolResult) -> dict[str, Any]:
    assert not reply.is_error, text(reply)
    assert reply.structured_content is not None
    whole = reply.model_dump_json(by_alias=True)
    assert len(whole) / CHARACTERS_A_TOKEN < 2000, f"{len(whole)} characters"
    return reply.structured_content


def test_every_tool_is_small_annotated_and_has_a_schema_of_its_reply(era: Era) -> None:
    found = tools(era)
    whole = json.dumps(
        [t.model_dump(mode="json", by_alias=True, exclude_none=True) for t in found], separators=(",", ":")
    )
    assert len(found) <= 9 and len(whole) / CHARACTERS_A_TOKEN < 2500, f"{len(whole)} characters"
    for tool in found:
        hints = tool.annotations
        assert hints is not None and tool.output_schema and tool.description and tool.title
        assert hints.read_only_hint or None not in (hints.destructive_hint, hints.idempotent_hint)


def test_a_script_is_analyzed_by_its_path_or_its_text(era: Era) -> None:
    by_path = structure(call("analyze", era, script=SCRIPT))
    by_text = structure(call("analyze", era, script=(EXAMPLES / SCRIPT).read_text()))
    assert by_path["pipelines"] == by_text["pipelines"]
    (pipeline,) = by_path["pipelines"]
    assert pipeline["pipeline_class"] == "StableDiffusionPipeline" and "steps 50" in pipeline["calls"][0]


def test_a_plan_shows_how_the_words_were_read_and_a_diff(era: Era) -> None:
    found = structure(call("plan", era, request="twice as fast, but do not touch the steps", script=SCRIPT))
    assert found["read_as"]["speedup"] == "2x" and found["measured"] is False
    assert found["plans"] and f"+++ b/{SCRIPT}" in found["diff"]
    assert not any("steps=" in p["plan"] for p in found["plans"])


def test_a_script_is_written_from_words(era: Era) -> None:
    found = structure(call("generate", era, request="SDXL, 20 steps, 'a lighthouse'"))
    assert "StableDiffusionXLPipeline" in found["code"] and "complaint" not in found


def test_an_estimate_says_that_it_is_one(era: Era) -> None:
    reply = call("estimate", era, script=SCRIPT, speedup=2)
    found = structure(reply)
    assert 0 < found["chances"]["2x"] < 1 and found["measured"] is False
    assert text(reply).startswith("An estimate; nothing was measured.")


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("analyze", {}, "analyze needs the argument script; it takes script"),
        ("analyze", {"file": "x.py"}, "analyze does not take file; it takes script"),
        ("analyze", {"script": " "}, "script is empty"),
        ("analyze", {"script": "gone.py"}, "there is no file gone.py in the workspace"),
        ("analyze", {"script": "x = 1\ny = 2\n"}, "builds no diffusers pipeline"),
        ("analyze", {"script": "def (\n:"}, "line 1"),
        ("estimate", {"script": SCRIPT, "speedup": 0.5}, "speedup=0.5 is not right: input should be greater than 1"),
        ("estimate", {"script": SCRIPT, "speedup": 2, "latency_s": 1}, "give either speedup or latency, not both"),
        ("plan", {"request": "order a pizza"}, "make them faster"),
        ("generate", {"request": "a script with 20 steps"}, "Which model"),
    ],
)
def test_a_complaint_is_a_sentence_to_act_on(tool: str, arguments: dict[str, Any], sentence: str) -> None:
    reply = call(tool, **arguments)
    assert reply.is_error and sentence in text(reply)
    assert "Error executing" not in text(reply) and "Traceback" not in text(reply)


def test_what_lies_outside_the_workspace_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("import diffusers\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.py").symlink_to(secret)
    for words in (str(secret), "../secret.py", "link.py", "file:///etc/passwd", "~/x.py"):
        reply = call("analyze", folders=[inside], script=words)
        assert reply.is_error and "outside the workspace" in text(reply)


def test_without_a_workspace_only_text_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    place, _ = build(settings(), None)

    async def asked() -> tuple[CallToolResult, CallToolResult]:
        async with Client(place) as client:
            by_path = await client.call_tool("analyze", {"script": SCRIPT})
            return by_path, await client.call_tool("analyze", {"script": (EXAMPLES / SCRIPT).read_text()})

    by_path, by_text = anyio.run(asked)
    assert by_path.is_error and "--workspace" not in text(by_text) and not by_text.is_error
    assert "give the script's whole text" in text(by_path)
