"""What a client reads, is told of, picks from a menu and is offered while it types."""

import json
from pathlib import Path

import anyio
import pytest
from factories import evaluation, plan, step, trial
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import (
    BlobResourceContents,
    EmptyResult,
    PromptReference,
    ResourceTemplateReference,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
)
from talking import SOURCE, Era, at_home, finished, talk

from diffagent_mcp.knowledge.catalogue import CATALOGUE
from diffagent_mcp.knowledge.types import Target
from diffagent_mcp.server.jobs.control import Jobs
from diffagent_mcp.server.jobs.points import Point, point, together
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.store import jobs
from diffagent_mcp.tools.store.store import Store

ERAS: tuple[Era, ...] = ("auto", "legacy")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return at_home(tmp_path)


async def read(client: Client, uri: str) -> str:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


@pytest.mark.parametrize("era", ERAS)
def test_a_job_its_parts_and_its_report_are_read(home: Settings, tmp_path: Path, era: Era) -> None:
    (tmp_path / "report.html").write_text("<h1>the report</h1>")
    (tmp_path / "pareto.png").write_bytes(b"\x89PNG...")
    finished(home, tmp_path / "draw.py", report=str(tmp_path / "report.html"))

    async def said(client: Client) -> None:
        assert json.loads(await read(client, "job://abc"))["sentence"] == "2x faster"
        assert await read(client, "job://abc/diff") == "-8\n+4\n"
        assert "the report" in await read(client, "report://abc")
        (picture,) = (await client.read_resource("report://abc/pareto.png")).contents
        assert isinstance(picture, BlobResourceContents) and picture.mime_type == "image/png"
        reply = await client.call_tool("job", {"job": "abc"})
        linked = {c.uri for c in reply.content if c.type == "resource_link"}
        assert {"job://abc/diff", "report://abc", "report://abc/contact_sheet.png"} <= linked

    talk(home, [tmp_path], said, era)


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("job://zzz", "there is no job zzz"),
        ("job://abc/picture", "its parts are code, diff, outcome, events"),
        ("report://abc", "only a search that has ended has a report"),
        ("report://abc/secret.txt", "its pictures are pareto.png, contact_sheet.png"),
        ("knowledge://methods/magic", "knowledge://methods lists them"),
        ("pipeline://Nothing", "give its class, such as FluxPipeline"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(home: Settings, tmp_path: Path, uri: str, sentence: str) -> None:
    finished(home, tmp_path / "draw.py")

    async def said(client: Client) -> None:
        with pytest.raises(MCPError, match=sentence):
            await client.read_resource(uri)

    talk(home, [tmp_path], said)


def test_the_knowledge_base_is_read(home: Settings, tmp_path: Path) -> None:
    async def said(client: Client) -> None:
        listed = await read(client, "knowledge://methods")
        assert all(f"knowledge://methods/{slug}" in listed for slug in CATALOGUE)
        page = await read(client, "knowledge://methods/deepcache")
        assert "interval" in page and "Sources: " in page
        assert "FluxPipeline" in await read(client, "pipeline://FLUX")

    talk(home, [tmp_path], said)


def test_candidates_are_seen_while_the_search_is_at_work(home: Settings, tmp_path: Path) -> None:
    finished(home, tmp_path / "draw.py", winner=2)
    store, target = Store(home.home / "store.sqlite"), Target(speedup=2.0)
    for number, speedup, loss in ((1, 1.5, 0.04), (2, 2.4, 0.01), (2, 2.3, 0.01)):
        heard = trial(number, plan(step("tome")), evaluation(speedup, loss, 0.1))
        jobs.say(store, "abc", "evaluation", point(heard, target).model_dump_json())
    jobs.say(store, "abc", "nothing to plot")

    async def said(client: Client) -> None:
        first, second = json.loads(await read(client, "job://abc/candidates"))
        assert (first["number"], first["front"], first["met"]) == (1, False, False)
        assert (second["speedup"], second["front"], second["met"], second["winner"]) == (2.3, True, True, True)

    talk(home, [tmp_path], said)


def test_a_failed_candidate_is_on_no_front() -> None:
    alone = Point(number=3, plan="p", verdict="crashed", reason="no fast()")
    slow = Point(number=1, plan="p", speedup=1.1, loss=0.0, drift=0.0, verdict="too slow")
    assert [(p.number, p.front) for p in together([alone, slow], None)] == [(1, True), (3, False)]


async def subscribed(client: Client, uri: str) -> None:
    """As clients of 2025-11-25 do; what the SDK has for it warns that it is old."""
    await client.session.send_request(SubscribeRequest(params=SubscribeRequestParams(uri=uri)), EmptyResult)


@pytest.mark.parametrize("era", ERAS)
def test_who_subscribes_hears_that_a_job_has_changed(home: Settings, tmp_path: Path, era: Era) -> None:
    finished(home, tmp_path / "draw.py")
    store, heard = Store(home.home / "store.sqlite"), anyio.Event()

    async def hear(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification) and message.params.uri == "job://abc":
            heard.set()

    async def speak() -> None:
        while not heard.is_set():
            jobs.say(store, "abc", "something new")
            await anyio.sleep(0.5)

    async def said(client: Client) -> None:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(speak)
                if era == "legacy":
                    await subscribed(client, "job://abc")
                    await heard.wait()
                else:
                    async with client.listen(resource_subscriptions=["job://abc"]) as events:
                        async for _ in events:
                            heard.set()
                            break

    talk(home, [tmp_path], said, era, message_handler=hear)


def test_marks_tell_what_has_changed(home: Settings, tmp_path: Path) -> None:
    finished(home, tmp_path / "draw.py")
    desk = Jobs(home)
    before = desk.marks()
    jobs.say(Store(home.home / "store.sqlite"), "abc", "more")
    assert before == {"abc": ("done", 0)} and desk.marks() == {"abc": ("done", 1)}


def test_prompts_name_the_script_and_the_tools(home: Settings, tmp_path: Path) -> None:
    async def said(client: Client) -> None:
        listed = {p.name: p.title for p in (await client.list_prompts()).prompts}
        assert listed == {
            "accelerate": "Accelerate this pipeline",
            "why_slow": "Why is it slow?",
            "fit_in_memory": "Make it fit in memory",
        }
        tools = {t.name for t in (await client.list_tools()).tools}
        for name in listed:
            (message,) = (await client.get_prompt(name, {"script": "draw.py"})).messages
            assert isinstance(message.content, TextContent) and "draw.py" in message.content.text
            assert any(f"`{tool}`" in message.content.text for tool in tools)

    talk(home, [tmp_path], said)


def test_values_are_offered_while_a_person_types(home: Settings, tmp_path: Path) -> None:
    finished(home, tmp_path / "draw.py")
    jobs.add(Store(home.home / "store.sqlite"), "anns", "optimize", "{}", "ann")  # nobody else is offered it
    (tmp_path / "other.py").write_text("print('no pipeline')\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "more.py").write_text(SOURCE)

    async def said(client: Client) -> None:
        async def offered(ref: ResourceTemplateReference | PromptReference, name: str, typed: str) -> list[str]:
            return (await client.complete(ref, {"name": name, "value": typed})).completion.values

        templates = {t.uri_template for t in (await client.list_resource_templates()).resource_templates}
        method = ResourceTemplateReference(type="ref/resource", uri="knowledge://methods/{id}")
        job = ResourceTemplateReference(type="ref/resource", uri="job://{id}")
        assert {method.uri, job.uri} <= templates
        assert await offered(method, "id", "deep") == ["deepcache"]
        assert await offered(job, "id", "") == ["abc"]
        prompt = PromptReference(type="ref/prompt", name="accelerate")
        assert await offered(prompt, "script", "") == ["deep/more.py", "draw.py"]
        assert await offered(prompt, "script", "more") == ["deep/more.py"]

    talk(home, [tmp_path], said)
