"""Whole conversations on the zoo, through the protocol alone: what a person says, and what a host's own model does."""

import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest
from http_server import server
from mcp import Client, StdioServerParameters
from mcp.types import BlobResourceContents, CallToolResult, TextResourceContents
from talking import at_home, text

from diffagent_mcp.server.jobs.control import Jobs
from diffagent_mcp.tools.store import jobs
from diffagent_mcp.tools.store.store import Store

EXAMPLE = Path(__file__).parents[3] / "examples/sd15_text2img.py"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "draw.py").write_text(EXAMPLE.read_text())
    return tmp_path


def on_stdio(folder: Path, said: Callable[[Client], Awaitable[Any]]) -> Any:
    async def talked() -> Any:
        command = ["-m", "diffagent_mcp", "serve", "--models", "zoo", "--workspace", str(folder)]
        environment = {**os.environ, "DIFFAGENT_HOME": str(folder / "home")}
        async with Client(StdioServerParameters(command=sys.executable, args=command, env=environment)) as client:
            return await said(client)

    return anyio.run(talked)


def found(reply: CallToolResult) -> dict[str, Any]:
    assert not reply.is_error and reply.structured_content is not None, text(reply)
    return reply.structured_content


async def ended(client: Client, heard: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """The latest job, waited for; `heard` gets the time of every sign of progress."""

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard(time.monotonic())

    while True:
        state = found(await client.call_tool("job", {"action": "wait"}, progress_callback=hear))
        if state["state"] not in ("waiting", "starting", "running"):
            return state


def test_accelerate_this_pipeline_2x(folder: Path) -> None:
    """analyze, optimize, progress, report with pictures, diff, apply: in about two minutes on two idle cores."""
    heard: list[float] = []

    async def said(client: Client) -> None:
        assert found(await client.call_tool("analyze", {"script": "draw.py"}))["pipelines"]
        assert found(await client.call_tool("estimate", {"script": "draw.py", "speedup": 2}))["measured"] is False
        job = found(await client.call_tool("optimize", {"script": "draw.py", "speedup": 2}))["job"]
        state = await ended(client, heard.append)
        assert state["good"] and state["numbers"]["speedup_low"] >= 2 and "zoo" in state["where"]
        for address, kind in ((f"report://{job}/contact_sheet.png", "image/png"), (f"report://{job}", "text/html")):
            (content,) = (await client.read_resource(address)).contents
            assert content.mime_type == kind and isinstance(content, BlobResourceContents | TextResourceContents)
        assert (folder / "draw.py").read_text() == EXAMPLE.read_text(), "nothing is written before the diff was shown"
        assert "+" in state["diff"]
        done = await client.call_tool("job", {"job": job, "action": "apply", "shown": state["shown"]})
        assert not done.is_error and (folder / "draw.py").read_text() != EXAMPLE.read_text()

    started = time.monotonic()
    on_stdio(folder, said)
    seconds = time.monotonic() - started
    print(f"the whole conversation took {seconds:.0f} s")
    assert max(b - a for a, b in itertools.pairwise(heard)) < 6 and seconds < 400


def test_a_hosts_model_writes_the_code_itself(folder: Path) -> None:
    """plan, generate, debug (a mistake, and its repair), evaluate: no language model on our side."""
    broken = EXAMPLE.read_text().replace("pipe = pipe.to(device)", "pipe = pipe.to(device)\n    pipe.enable_magic()")
    faster = EXAMPLE.read_text().replace("num_inference_steps=50", "num_inference_steps=20")

    async def said(client: Client) -> None:
        planned = found(await client.call_tool("plan", {"request": "2x faster", "script": "draw.py"}))
        assert planned["plans"] and planned["diff"]
        made = found(await client.call_tool("generate", {"request": "SD 1.5, 20 steps, a red circle"}))
        assert "num_inference_steps=20" in made["code"]
        failed = found(await client.call_tool("debug", {"script": broken}))
        assert failed["good"] is False and "enable_magic" in json.dumps(failed)
        runs = found(await client.call_tool("debug", {"script": faster}))
        assert runs["good"] and "denoiser calls" in runs["sentence"]
        asked = {"script": "draw.py", "code": faster, "speedup": 2}
        state = found(await client.call_tool("evaluate", asked))
        state = state if state["state"] == "done" else await ended(client)
        numbers = state["numbers"]
        assert numbers["speedup"] > 1.8 and numbers["prompts"] == 16 and "drift" in numbers and "zoo" in state["where"]

    on_stdio(folder, said)


def owner_of(folder: Path, id: str) -> int:
    job = jobs.find(Store(folder / "home/store.sqlite"), id)
    assert job is not None and "/" in job.owner
    return int(job.owner.split("/")[1])


async def started(client: Client, until: str) -> str:
    """A search that has come so far that it has said `until`."""
    given = {"script": "draw.py", "speedup": 1.3, "max_loss": 0.5, "max_drift": 3, "methods": "sampler"}
    id = found(await client.call_tool("optimize", given))["job"]
    with anyio.fail_after(240):
        while True:
            (content,) = (await client.read_resource(f"job://{id}/events")).contents
            assert isinstance(content, TextResourceContents)
            if until in content.text:
                return id
            await anyio.sleep(0.5)


def test_a_search_outlives_its_server_and_its_own_process(folder: Path) -> None:
    """Its server ends and its process is killed: the next server finds it and finishes it, measuring nothing twice."""

    async def until_measured(client: Client) -> str:
        return await started(client, "evaluation 1:")

    id = on_stdio(folder, until_measured)  # this server is gone now, the job is not
    desk = Jobs(at_home(folder))
    assert desk.look(id).state == "running"
    process = psutil.Process(owner_of(folder, id))
    family = process.children(recursive=True)
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process, *family], timeout=5)
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), "its runners die with it"

    async def finished(client: Client) -> dict[str, Any]:
        assert found(await client.call_tool("job", {"job": id}))["state"] == "parked"
        await client.call_tool("job", {"job": id, "action": "resume"})
        return await ended(client)

    state = on_stdio(folder, finished)
    assert state["job"] == id and state["state"] == "done" and state["good"]
    said = desk.look(id).said
    assert sum("making the baseline's pictures (quick protocol)" in s for s in said) == 1, "the baseline was kept"


def test_a_search_that_is_cancelled_ends_with_all_its_processes_in_five_seconds(folder: Path) -> None:
    async def said(client: Client) -> None:
        id = await started(client, "making the baseline's pictures")
        root = psutil.Process(owner_of(folder, id))
        family = [root, *root.children(recursive=True)]
        assert len(family) > 2
        at = time.monotonic()
        assert found(await client.call_tool("job", {"job": id, "action": "cancel"}))["state"] == "cancelled"
        _, alive = psutil.wait_procs(family, timeout=5)
        left = [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
        assert not left and time.monotonic() - at < 6, left

    on_stdio(folder, said)


def test_fifty_clients_at_once_while_a_search_is_at_work(folder: Path) -> None:
    async def one(url: str, number: int, seconds: list[float]) -> None:
        async with Client(f"{url}/mcp", mode="legacy" if number % 2 else "auto") as client:
            for _ in range(4):
                began = time.monotonic()
                assert found(await client.call_tool("analyze", {"script": "draw.py"}))["pipelines"]
                assert found(await client.call_tool("job", {}))["kind"] == "optimize"
                seconds.append(time.monotonic() - began)

    async def all_of_them(url: str) -> list[float]:
        async with Client(f"{url}/mcp") as first:
            id = await started(first, "making the baseline's pictures")
            seconds: list[float] = []
            async with anyio.create_task_group() as group:
                for number in range(50):
                    group.start_soon(one, url, number, seconds)
            await first.call_tool("job", {"job": id, "action": "cancel"})
            return seconds

    with server(folder, "--rate", "100000") as (url, _):
        seconds = sorted(anyio.run(all_of_them, url))
    print(f"200 pairs of calls: median {seconds[100]:.2f} s, 95% {seconds[190]:.2f} s, longest {seconds[-1]:.2f} s")
    assert len(seconds) == 200 and seconds[-1] < 60
