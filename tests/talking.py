"""A client in memory, in either era, and jobs that have found something without anything being run."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import anyio
from mcp import Client
from mcp.types import CallToolResult, TextContent

from diffagent_mcp.bench.running import owners
from diffagent_mcp.server.jobs.ask import Ask, Found
from diffagent_mcp.server.jobs.control import mark
from diffagent_mcp.server.mcp.serve import build
from diffagent_mcp.server.settings import Settings, load
from diffagent_mcp.tools.script.source import fingerprint
from diffagent_mcp.tools.store import jobs
from diffagent_mcp.tools.store.store import Store

Era = Literal["auto", "legacy"]
T = TypeVar("T")
SOURCE = """\
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
image = pipe("a red circle on a white background", num_inference_steps=8).images[0]
"""
FASTER = SOURCE.replace("=8", "=4")


def at_home(folder: Path, **given: Any) -> Settings:
    """Settings with a store of their own."""
    return load({"models": "zoo", "home": folder / "home", **given})


def talk(
    settings: Settings,
    folders: Sequence[Path],
    said: Callable[[Client], Awaitable[T]],
    era: Era = "auto",
    **client: Any,
) -> T:
    """Have a client talk with a server of its own."""

    async def talked() -> T:
        async with Client(build(settings, list(folders))[0], mode=era, **client) as one:
            return await said(one)

    return anyio.run(talked)


def text(reply: CallToolResult) -> str:
    first = reply.content[0]
    assert isinstance(first, TextContent)
    return first.text


def finished(settings: Settings, path: Path, id: str = "abc", **found: Any) -> str:
    """A search that has found faster code for the script at `path`; returns the mark of its diff."""
    path.write_text(SOURCE)
    ask = Ask(kind="optimize", settings=settings, path=str(path), source=fingerprint(SOURCE))
    outcome = Found(good=True, sentence="2x faster", code=FASTER, diff="-8\n+4\n", **found)
    store = Store(settings.home / "store.sqlite")
    jobs.add(store, id, "optimize", ask.model_dump_json())
    assert jobs.admit(store, "", 9, owners.owner(), lambda _: False) == id
    assert jobs.take(store, id, owners.owner())
    jobs.end(store, id, "done", outcome.model_dump_json())
    return mark(outcome)
