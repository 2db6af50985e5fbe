"""Jobs: they outlive the server, are found again, cancelled with all their processes, and applied after the diff."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import anyio
import psutil
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent, TextResourceContents
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan

from diffagent_mcp.bench.running import owners
from diffagent_mcp.server.jobs.ask import Ask, Found
from diffagent_mcp.server.jobs.control import Jobs, mark
from diffagent_mcp.server.mcp import spans
from diffagent_mcp.server.mcp.serve import build
from diffagent_mcp.server.settings import Settings, load
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.source import fingerprint
from diffagent_mcp.tools.store import jobs
from diffagent_mcp.tools.store.store import Store

SOURCE = """\
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
image = pipe("a red circle on a white background", num_inference_steps=8).images[0]
"""
SLOW = f"import time\n\ntime.sleep(120)\n{SOURCE}"
FASTER = SOURCE.replace("=8", "=4")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return load({"models": "zoo", "home": tmp_path / "home"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ws").mkdir()
    return tmp_path / "ws"


@pytest.fixture
def desk(home: Settings) -> Iterator[Jobs]:
    one = Jobs(home)
    yield one
    one.park()
    for view in one.asked():
        one.cancel(view.id)


def ask(home: Settings, path: Path, text: str = SLOW) -> Ask:
    path.write_text(text)
    return Ask(kind="debug", settings=home, path=str(path), source=fingerprint(text))


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)


def pid_of(home: Settings, id: str) -> int:
    job = jobs.find(Store(home.home / "store.sqlite"), id)
    assert job is not None
    return int(job.owner.split("/")[1])


def test_a_cancelled_job_ends_with_all_its_processes(desk: Jobs, home: Settings, folder: Path) -> None:
    id = desk.start(ask(home, folder / "slow.py"))
    until(lambda: desk.look(id).state == "running" and len(_family(home, id)) >= 2)
    family = _family(home, id)
    started = time.monotonic()
    assert desk.cancel(id).state == "cancelled"
    until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 5)
    assert time.monotonic() - started < 5
    assert desk.cancel(id).state == "cancelled"


def _family(home: Settings, id: str) -> list[psutil.Process]:
    root = psutil.Process(pid_of(home, id))
    return [root, *root.children(recursive=True)]


def test_the_same_ask_is_the_same_job_and_a_dead_one_is_parked(desk: Jobs, home: Settings, folder: Path) -> None:
    asked = ask(home, folder / "slow.py")
    id = desk.start(asked)
    until(lambda: desk.look(id).state == "running")
    assert desk.start(asked) == id
    psutil.Process(pid_of(home, id)).kill()
    until(lambda: desk.look(id).state == "parked")
    assert desk.resume(id).state in ("starting", "running")
    until(lambda: desk.look(id).state == "running")


def test_jobs_take_turns_and_each_person_has_their_own(desk: Jobs, home: Settings, folder: Path) -> None:
    first, second = desk.start(ask(home, folder / "a.py")), desk.start(ask(home, folder / "b.py"))
    assert desk.look(second).state == "waiting" and desk.look(second).ahead == (first,)
    assert desk.start(ask(home, folder / "b.py")) == second
    other = Jobs(home, "ann", desk.processes)
    theirs = other.start(ask(home, folder / "a.py"))
    assert theirs != first and other.look(theirs).state in ("starting", "running")
    with pytest.raises(UsageError, match=f"there is no job {first}; the latest are: {theirs}"):
        other.look(first)
    desk.cancel(first)
    until(lambda: desk.look(second).state == "running")
    desk.park()
    until(lambda: (desk.look(second).state, other.look(theirs).state) == ("parked", "parked"))


def test_the_next_starts_when_a_process_ends_though_no_server_looks(home: Settings, folder: Path) -> None:
    desk = Jobs(home)
    broken = folder / "broken.py"
    first = desk.start(ask(home, broken, SOURCE.replace("pipe =", "raise SystemExit\npipe =")))
    second = desk.start(ask(home, folder / "slow.py"))
    store = Store(home.home / "store.sqlite")

    def state(id: str) -> str:
        job = jobs.find(store, id)
        assert job is not None
        return job.state

    assert state(second) == "waiting"
    until(lambda: state(first) == "done" and state(second) == "running")
    assert Jobs(home).cancel(second).state == "cancelled"


def test_a_job_outlives_its_server(home: Settings, folder: Path) -> None:
    path = folder / "slow.py"
    code = (
        "import sys, time; from diffagent_mcp.server.jobs.control import Jobs;"
        "from diffagent_mcp.server.jobs.ask import Ask; a = Ask.model_validate_json(sys.argv[1]);"
        "print(Jobs(a.settings).start(a), flush=True); time.sleep(60)"
    )
    body = ask(home, path).model_dump_json()
    server = subprocess.Popen([sys.executable, "-c", code, body], stdout=subprocess.PIPE, env=dict(os.environ))
    assert server.stdout is not None
    id = server.stdout.readline().decode().strip()
    other = Jobs(home)
    until(lambda: other.look(id).state == "running")
    server.kill()
    server.wait()
    time.sleep(0.5)
    assert other.look(id).state == "running"
    assert other.cancel(id).state == "cancelled" and not psutil.pid_exists(pid_of(home, id))


def call(home: Settings, folder: Path, tool: str, **arguments: Any) -> CallToolResult:
    async def asked() -> CallToolResult:
        async with Client(build(home, [folder])[0]) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(asked)


def text(reply: CallToolResult) -> str:
    first = reply.content[0]
    assert isinstance(first, TextContent)
    return first.text


def finished(home: Settings, path: Path) -> tuple[str, str]:
    """A job that has found something, and the mark of its diff."""
    found = Found(good=True, sentence="2x faster", code=FASTER, diff="-8\n+4\n")
    store = Store(home.home / "store.sqlite")
    jobs.add(store, "abc", "optimize", ask(home, path, SOURCE).model_dump_json())
    assert jobs.admit(store, "", 9, owners.owner(), lambda _: False) == "abc"
    assert jobs.take(store, "abc", owners.owner())
    jobs.end(store, "abc", "done", found.model_dump_json())
    return "abc", mark(found)


def test_nothing_is_written_before_the_diff_was_shown(home: Settings, folder: Path) -> None:
    path = folder / "draw.py"
    id, shown = finished(home, path)
    assert shown in text(call(home, folder, "job", job=id, action="apply"))
    assert call(home, folder, "job", job=id, action="apply", shown="x").is_error and path.read_text() == SOURCE
    done = call(home, folder, "job", job=id, action="apply", shown=shown)
    assert not done.is_error and path.read_text() == FASTER
    assert path.with_name("draw.py.orig").read_text() == SOURCE
    again = call(home, folder, "job", job=id, action="apply", shown=shown)
    assert again.is_error and "has changed since" in text(again)


def test_a_job_is_read_in_parts(home: Settings, folder: Path) -> None:
    id, _ = finished(home, folder / "draw.py")

    async def read() -> str:
        async with Client(build(home, [folder])[0]) as client:
            (part,) = (await client.read_resource(f"job://{id}/code")).contents
            assert isinstance(part, TextResourceContents)
            return part.text

    assert anyio.run(read) == FASTER


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "there is no job yet"),
        ({"job": "zzz"}, "there is no job zzz; the latest are: there are none yet"),
        ({"action": "stop"}, "action='stop' is not right"),
        ({"action": "wait", "wait_s": 100}, "less than or equal to 45"),
    ],
)
def test_a_complaint_about_a_job_is_a_sentence(
    home: Settings, folder: Path, arguments: dict[str, Any], sentence: str
) -> None:
    reply = call(home, folder, "job", **arguments)
    assert reply.is_error and sentence in text(reply)


def test_a_span_says_which_job_a_request_is_about() -> None:
    class Noting(NonRecordingSpan):
        noted: ClassVar[dict[str, object]] = {}

        def set_attribute(self, key: str, value: object) -> None:
            self.noted[key] = value

    with trace.use_span(Noting(INVALID_SPAN_CONTEXT)):
        spans.about("abc", "optimize")
    assert Noting.noted == {"diffagent.job.id": "abc", "diffagent.job.kind": "optimize"}
