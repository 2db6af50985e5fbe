"""What is the person's to choose, in both eras, and what holds where nobody can be asked."""

from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.types import CallToolResult, CreateMessageResult, ElicitRequestParams, ElicitResult, TextContent
from talking import FASTER, SOURCE, Era, at_home, finished, talk, text

from diffagent_mcp.server.jobs.ask import Ask
from diffagent_mcp.server.jobs.control import Jobs
from diffagent_mcp.server.settings import without_client

ERAS: tuple[Era, ...] = ("auto", "legacy")
TWO = f'{SOURCE}\nother = StableDiffusionPipeline.from_pretrained("a/b")\nother("b")\n'
Answer = dict[str, Any] | str


class Person:
    """Answers forms, and keeps what was asked. A word instead of a form declines or cancels."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, _: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        properties: dict[str, Any] = getattr(params, "requested_schema", {})["properties"]
        answer = self.answers[next(iter(properties))]
        if isinstance(answer, str):
            return ElicitResult.model_validate({"action": answer})
        return ElicitResult(action="accept", content=answer)


def call(folder: Path, tool: str, era: Era, person: Person | None, /, **arguments: Any) -> CallToolResult:
    async def said(client: Client) -> CallToolResult:
        return await client.call_tool(tool, arguments)

    asked = {"elicitation_callback": person} if person is not None else {}
    return talk(at_home(folder), [folder], said, era, **asked)


@pytest.mark.parametrize("era", ERAS)
def test_of_several_pipelines_the_person_picks_one(tmp_path: Path, era: Era) -> None:
    (tmp_path / "two.py").write_text(TWO)
    person = Person(pipeline={"pipeline": "pipe"})
    reply = call(tmp_path, "plan", era, person, request="twice as fast", script="two.py")
    assert not reply.is_error, text(reply)
    assert person.asked == ["two.py has several pipelines. Which one is meant?"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("person", [None, Person(pipeline="cancel"), Person(pipeline="decline")])
def test_without_a_choice_the_complaint_names_them(tmp_path: Path, era: Era, person: Person | None) -> None:
    (tmp_path / "two.py").write_text(TWO)
    reply = call(tmp_path, "estimate", era, person, script="two.py", speedup=2)
    assert reply.is_error and "name one with pipeline" in text(reply) and "other" in text(reply)


@pytest.mark.parametrize("era", ERAS)
def test_a_diff_is_applied_when_the_person_agrees(tmp_path: Path, era: Era) -> None:
    finished(at_home(tmp_path), tmp_path / "draw.py")
    person = Person(apply={"apply": True})
    reply = call(tmp_path, "job", era, person, job="abc", action="apply")
    assert not reply.is_error and (tmp_path / "draw.py").read_text() == FASTER
    assert len(person.asked) == 1 and "-8\n+4" in person.asked[0]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("answer", [{"apply": False}, "decline", "cancel"])
def test_nothing_is_written_where_the_person_does_not(tmp_path: Path, era: Era, answer: Answer) -> None:
    shown = finished(at_home(tmp_path), tmp_path / "draw.py")
    reply = call(tmp_path, "job", era, Person(apply=answer), job="abc", action="apply")
    assert not reply.is_error and shown in text(reply) and (tmp_path / "draw.py").read_text() == SOURCE


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("answer", "bounded"), [("decline", True), ({"allow": False}, True), ({"allow": True}, False), ("cancel", False)]
)
def test_whether_pictures_may_change_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, era: Era, answer: Answer, bounded: bool
) -> None:
    started: list[Ask] = []

    def start(_: Jobs, ask: Ask) -> str:
        started.append(ask)
        return "abc"

    monkeypatch.setattr(Jobs, "start", start)
    finished(at_home(tmp_path), tmp_path / "draw.py")
    person = Person(allow=answer)
    assert not call(tmp_path, "optimize", era, person, script="draw.py", speedup=2).is_error
    assert not call(tmp_path, "optimize", era, person, script="draw.py", speedup=2, max_loss=0.02).is_error
    first, second = started
    assert len(person.asked) == 1 and "2x" in person.asked[0]
    assert (first.only is not None and "tome" not in first.only and "compile" in first.only) is bounded
    assert second.only is None and second.target.max_loss == 0.02


READ = '{"pipeline_class": null, "speedup": 3}'


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("lends", [True, False])
def test_the_clients_model_reads_words_where_it_is_lent(tmp_path: Path, era: Era, lends: bool) -> None:
    asked: list[str] = []

    async def model(_: ClientRequestContext, params: Any) -> CreateMessageResult:
        asked.append(params.system_prompt)
        return CreateMessageResult(role="assistant", content=TextContent(type="text", text=READ), model="fake")

    async def said(client: Client) -> CallToolResult:
        (tmp_path / "draw.py").write_text(SOURCE)
        return await client.call_tool("plan", {"request": "make it fast", "script": "draw.py"})

    lent = {"sampling_callback": model} if lends else {}
    reply = talk(at_home(tmp_path, llm="sampling"), [tmp_path], said, era, **lent)
    assert not reply.is_error, text(reply)
    assert bool(asked) is lends and ("sampling" in reply.model_dump_json()) is lends


def test_a_job_never_asks_the_clients_model(tmp_path: Path) -> None:
    given = at_home(tmp_path, llm="sampling", llm_coder="openai:m@http://127.0.0.1:1/v1")
    left = without_client(given)
    assert (left.llm, left.llm_coder) == ("offline", given.llm_coder)
