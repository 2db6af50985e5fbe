"""The page of what `diffagent-mcp serve` offers: tools, resources, prompts, as a client is told them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
from mcp.types import Prompt, Tool

from ..mcp.door import Door
from ..mcp.serve import build
from ..settings import Settings
from .tables import table

_INTRO = """\
# MCP: tools, resources, prompts

What `diffagent-mcp serve` tells a client. How to set one up: [MCP server](../mcp.md).

What runs a script is a job in a process of its own; a tool that starts one answers with its number, and `job` follows
it.
"""


def mcp_page() -> str:
    """Every tool with its arguments, every address that can be read, every prompt."""
    door, _ = build(Settings(home=Path("store")), None)
    return anyio.run(_page, door)


async def _page(door: Door) -> str:
    tools, prompts = await door.list_tools(), await door.list_prompts()
    overview = [(f"[`{t.name}`](#{t.name})", t.description or "", _safety(t)) for t in tools]
    head = [_INTRO, "## Tools\n", table(("tool", "what it does", "may change"), overview)]
    read = [
        *((f"`{r.uri}`", r.title or r.name, r.mime_type or "") for r in await door.list_resources()),
        *(
            (f"`{r.uri_template}`", r.description or "", r.mime_type or "")
            for r in await door.list_resource_templates()
        ),
    ]
    resources = ["## Resources\n", table(("address", "what it is", "type"), read)]
    asked = [(f"`{p.name}`", p.title or "", p.description or "", _arguments_of(p)) for p in prompts]
    menu = ["## Prompts\n", table(("prompt", "in the menu", "what it asks for", "arguments"), asked)]
    return "\n".join([*head, *(_tool(t) for t in tools), *resources, *menu])


def _safety(tool: Tool) -> str:
    hints = tool.annotations
    if hints is None:
        raise ValueError(f"the tool {tool.name} does not say what it may change")
    if hints.read_only_hint:
        return "nothing"
    return "your script, when you agree" if hints.destructive_hint else "DiffAgent's own store"


def _tool(tool: Tool) -> str:
    rows = list(_rows(tool.input_schema))
    lines = [f"### {tool.name}\n", f"{tool.description}\n", table(("argument", "value", "default", "meaning"), rows)]
    if tool.output_schema:
        always = ", ".join(f"`{name}`" for name in tool.output_schema.get("required", ()))
        lines.append(f"Its structured answer always has {always}.\n")
    return "\n".join(lines)


def _rows(schema: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = f"`{field['default']}`" if "default" in field else "" if name not in needed else "needed"
        yield f"`{name}`", _kind(field), default, field.get("description", "")


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    kind = {"string": "text", "boolean": "yes or no", "array": "several"}.get(field.get("type", ""), field.get("type"))
    bounds = [f"{word} {field[key]}" for key, word in _BOUNDS.items() if key in field]
    return " ".join([str(kind or "object"), *bounds])


_BOUNDS = {"exclusiveMinimum": "above", "minimum": "from", "exclusiveMaximum": "below", "maximum": "to"}


def _arguments_of(prompt: Prompt) -> str:
    return ", ".join(f"`{a.name}`{'' if a.required else ' (may be left out)'}" for a in prompt.arguments or ())
