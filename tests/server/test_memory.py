"""`memory`: listed, handed on without what is private, taken in as data, forgotten when it is said twice."""

import json
from pathlib import Path
from typing import Any

import pytest
from factories import CPU, GPU, LIBRARIES, call_site, evaluation, plan, site, situation, step
from shell import run

from diffagent_mcp.knowledge.experience import LONGEST, Experience, Lesson, Setback, lesson_of, same_place, setback_of
from diffagent_mcp.knowledge.sharing import shareable
from diffagent_mcp.knowledge.types import Crashed, Environment
from diffagent_mcp.server.advising import advise
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.memory import Chosen, before, export, forget, listed, take_in
from diffagent_mcp.server.place import Place
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.store import experience, memory_file
from diffagent_mcp.tools.store.store import Store

HERE = Environment(device=CPU, python="3.11", libraries=LIBRARIES)
SECRET = "a portrait of my neighbour"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path / "own"))
    return build(load())


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path / "other"))
    return build(load())


def lesson(interval: int = 3, environment: Environment = HERE, **changes: Any) -> Experience:
    call = call_site(prompt=1).model_copy(update={"keywords": {"prompt": f"'{SECRET}'", "num_inference_steps": "50"}})
    where = situation(pipeline=site(model_id="/home/me/models/mine", calls=(call,)))
    of = plan(step("deepcache", interval=interval, branch=0))
    found = lesson_of(where, environment, of, evaluation(1.8, 0.01, 0.1), 600)
    assert isinstance(found, Experience)
    return found.model_copy(update=changes)


def failed(message: str = "it crashed in /home/me/secret/model.py at line 3") -> Setback:
    of = plan(step("tome", ratio=0.5, max_downsample=1))
    return setback_of(situation(), HERE, of, Crashed(message=message, stage="call", error="E", evidence="x" * 9999))


def keep(app: App, *lessons: Lesson) -> None:
    for n, one in enumerate(lessons):
        experience.keep(app.store, f"own{n}", one)


def test_failures_are_kept_apart_from_measurements() -> None:
    store = Store()
    experience.keep(store, "a", lesson())
    experience.keep(store, "b", failed())
    assert experience.of_class(store, "StableDiffusionPipeline") == [lesson()]
    assert experience.setbacks_of_class(store, "StableDiffusionPipeline") == [failed()]
    assert [kept.key for kept in experience.everything(store)] == ["b", "a"]
    assert len(failed("word " * 500).sentence) == LONGEST


def test_rows_of_before_stay_readable() -> None:
    store = Store()
    old = lesson().model_dump(mode="json", exclude={"kind", "origin"})
    store.db.execute(
        "insert into experiences (key, pipeline_class, body) values ('k', 'StableDiffusionPipeline', ?)",
        [json.dumps(old)],
    )
    assert experience.of_class(store, "StableDiffusionPipeline") == [lesson()]


def test_asking_makes_no_store(app: App) -> None:
    assert listed(app, Chosen()) == [] and forget(app, Chosen(), everything=True, sure=True) == 0
    with pytest.raises(UsageError, match="nothing to export"):
        export(app, app.settings.home / "x.jsonl")
    assert not app.remembers


def test_a_list_says_what_was_measured_and_what_failed(app: App) -> None:
    keep(app, lesson(), failed())
    bad, good = listed(app, Chosen())
    assert (good.speedup, good.failure, good.origin) == (1.8, None, "")
    assert (bad.speedup, bad.failure) == (None, "crashed") and bad.sentence and "crashed" in bad.sentence
    assert listed(app, Chosen(pipeline="stablediffusionpipeline", device="cpu")) == [bad, good]
    assert listed(app, Chosen(pipeline="DiTPipeline")) == [] == listed(app, Chosen(device="cuda"))


def test_what_is_handed_on_has_no_prompt_and_no_path(app: App, tmp_path: Path) -> None:
    keep(app, lesson(), failed())
    file = tmp_path / "memory.jsonl"
    assert export(app, file) == 2
    text = file.read_text()
    assert SECRET not in text and "/home/me" not in text and '"num_inference_steps":"50"' in text
    header, *lines = map(json.loads, text.splitlines())
    assert header["count"] == len(lines) == 2 and header["version"] == 1 and "diffagent-mcp" in header["versions"]


def test_importing_twice_changes_nothing_and_is_never_here(app: App, other: App, tmp_path: Path) -> None:
    keep(app, lesson(), failed())
    file = tmp_path / "theirs.jsonl"
    export(app, file)
    first, again = take_in(other, file), take_in(other, file)
    assert (first.added, first.known, first.refused) == (2, 0, ())
    assert (again.added, again.known) == (0, 2)
    entries = listed(other, Chosen(imported=True))
    assert [e.origin for e in entries] == ["theirs.jsonl"] * 2
    (one,) = experience.of_class(other.store, "StableDiffusionPipeline")
    assert not same_place(one, CPU, LIBRARIES, "zoo")
    assert advise(other, Place(situation())).experiences == 0, "somebody else's are not measured here"
    assert take_in(app, file).added == 0, "one's own are known"
    with pytest.raises(UsageError, match="nothing to export"):
        export(other, tmp_path / "laundered.jsonl")


def test_an_import_replaces_nothing(app: App, other: App, tmp_path: Path) -> None:
    keep(app, lesson())
    keep(other, lesson(speedup=3.0))
    export(app, tmp_path / "f.jsonl")
    take_in(other, tmp_path / "f.jsonl")
    assert sorted(e.speedup or 0 for e in listed(other, Chosen())) == [1.8, 3.0]


def line(**changes: Any) -> str:
    return json.dumps(shareable(lesson()).model_dump(mode="json") | changes)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BAD = [
    (line(speedup=float("nan")), "not a number"),
    (line(speedup=float("inf")), "not a number"),
    (line(speedup=1e6), "speedup 1e+06 is beyond"),
    (line(speedup=-1.0), "beyond what can be measured"),
    (line(drift=-1.0), "drift -1 is beyond"),
    (line(loss=None), "loss"),
    (line(plan={"steps": [{"method": "warp_drive", "params": {}}]}), "'warp_drive' is not known here"),
    (line(plan={"steps": [{"method": "deepcache", "params": {"interval": 99}}]}), "no such settings"),
    (line(plan={"steps": []}), "its plan is empty"),
    (line(kind="program"), "kind"),
    (line(code="import os"), "code"),
    (line(python="x"), "python"),
    (line(environment={**HERE.model_dump(mode="json"), "python": "3" * 5000}), "longer than 1000 characters"),
    ("not json", "not an experience"),
    (nested(40_000), "not an experience"),
    ("7", "not an experience"),
    (line(origin="x" * 200_000), "longer than 100000 bytes"),
]


@pytest.mark.parametrize(("bad", "why"), BAD, ids=[why for _, why in BAD])
def test_a_bad_line_is_kept_out_with_a_sentence(app: App, tmp_path: Path, bad: str, why: str) -> None:
    file = tmp_path / "f.jsonl"
    header = memory_file.Header(count=2).model_dump_json()
    file.write_text(f"{header}\n{bad}\n{line()}\n")
    found = take_in(app, file)
    assert found.added == 1, "the good line is taken"
    (sentence,) = found.refused
    assert sentence.startswith("line 2: ") and why in sentence and len(sentence) < 300


def test_a_torn_file_says_so(app: App, tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    file.write_text(f"{memory_file.Header(count=3).model_dump_json()}\n{line()}\n{line(speedup=2.0)[:100]}")
    found = take_in(app, file)
    assert found.added == 1 and any("cut off" in s for s in found.refused)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "its first line says no such thing"),
        ("print('hello')", "its first line says no such thing"),
        ('{"format": "diffagent-memory", "version": 2, "count": 0}', "version 2"),
    ],
)
def test_another_file_is_refused(app: App, tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "f.jsonl"
    file.write_text(text)
    with pytest.raises(UsageError, match=why):
        take_in(app, file)
    with pytest.raises(UsageError, match="is a folder"):
        take_in(app, tmp_path)
    assert not app.remembers


def test_forgetting_needs_to_know_what_and_to_be_sure(app: App, other: App, tmp_path: Path) -> None:
    gpu = HERE.model_copy(update={"device": GPU})
    keep(app, lesson(), lesson(4, gpu), failed())
    keep(other, lesson(7))
    export(other, tmp_path / "f.jsonl")
    take_in(app, tmp_path / "f.jsonl")
    with pytest.raises(UsageError, match="say what to forget"):
        forget(app, Chosen(), everything=False, sure=True)
    with pytest.raises(UsageError, match="--all forgets everything"):
        forget(app, Chosen(imported=True), everything=True, sure=True)
    with pytest.raises(UsageError, match=r"would forget 4 experiences for good.*--yes"):
        forget(app, Chosen(), everything=True, sure=False)
    assert forget(app, Chosen(before=before("2001-01-01")), everything=False, sure=True) == 0
    assert forget(app, Chosen(imported=True), everything=False, sure=True) == 1
    assert forget(app, Chosen(device="cuda"), everything=False, sure=True) == 1
    assert {e.device for e in listed(app, Chosen())} == {CPU.name}
    assert forget(app, Chosen(before=before("2999-01-01")), everything=False, sure=True) == 2
    with pytest.raises(UsageError, match="--before soon: give a date"):
        before("soon")


def test_on_the_command_line(app: App, tmp_path: Path) -> None:
    keep(app, lesson(), failed("\x1b[31mred\x1b[0m"))
    file = tmp_path / "f.jsonl"
    shown = run("memory", "list")
    assert (
        shown.returncode == 0 and "1.80x" in shown.stdout and "crashed" in shown.stdout and "\x1b" not in shown.stdout
    )
    assert len(json.loads(run("memory", "list", "--json").stdout)) == 2
    assert "2 experiences written" in run("memory", "export", file).stdout
    assert "0 experiences" in run("memory", "import", file).stdout
    unsure = run("memory", "forget", "--all")
    assert unsure.returncode == 2 and "nothing is forgotten yet" in unsure.stderr and unsure.stderr.count("\n") == 1
    assert "forgotten: 2 experiences" in run("memory", "forget", "--all", "--yes").stdout
    assert "nothing is remembered" in run("memory", "list").stdout
    assert "2 experiences" in run("memory", "import", file).stdout
