"""Tasks on nodes: longest first, lost ones again, nothing twice, kinds of devices apart. No Ray."""

import time
from pathlib import Path

import pytest
import scripted_nodes
import scripted_run
from made_up_runs import ENVIRONMENT, judged, task
from scripted_nodes import OTHER, Line, setup

from diffagent_mcp.bench.running import expected
from diffagent_mcp.bench.running.executor import Done, Retries
from diffagent_mcp.bench.running.fleet import Fleet
from diffagent_mcp.bench.running.parcels import Answer, answered, brief_of, packed
from diffagent_mcp.bench.running.work import Progress, Work
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

NAME = scripted_run.the_run().name


def worked(line: Line, tmp_path: Path, send_pictures: bool = False, told: list[str] | None = None) -> Bench:
    """The scripted run on these nodes, in a store of the driver's."""
    said: list[Progress] = []
    tell = (told if told is not None else list[str]()).append
    fleet = Fleet(line, tell)
    fleet.open()
    Bench(Store(tmp_path / "s.sqlite")).open_run(scripted_run.the_run())
    Work(
        run=scripted_run.the_run(),
        tasks=scripted_run.TASKS,
        executor=fleet.briefed(scripted_nodes.brief(send_pictures)),
        open_bench=lambda: Bench(Store(tmp_path / "s.sqlite")),
        say=said.append,
        clock=time.time,
        tell=tell,
    ).do()
    assert line.closed
    return Bench(Store(tmp_path / "s.sqlite"))


def test_nodes_judge_everything_once_and_the_driver_keeps_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    bench = worked(Line([setup(log), setup(log), setup(log)]), tmp_path)
    assert len(bench.judged(NAME)) == 40 and sorted(scripted_nodes.log_of(log)) == sorted(
        t.id for t in scripted_run.TASKS
    )
    assert bench.pictures(NAME, "L1-000") == [], "pictures stay where they were scored"


def test_pictures_come_along_where_they_are_asked_for(tmp_path: Path) -> None:
    bench = worked(Line([setup(tmp_path / "log")]), tmp_path, send_pictures=True)
    assert [len(bench.pictures(NAME, t.id)) for t in scripted_run.TASKS] == [3] * 40


def test_what_a_lost_node_had_is_asked_again(tmp_path: Path) -> None:
    told: list[str] = []
    line = Line([setup(tmp_path / "log")] * 2, dies=lambda seat, n: n in (3, 9, 10))
    bench = worked(line, tmp_path, told=told)
    assert len(bench.judged(NAME)) == 40 and len(line.replaced) == 3
    assert len([t for t in told if "asked again" in t]) == 3
    assert len(scripted_nodes.log_of(tmp_path / "log")) == 40, "what was judged is not judged again"


def test_a_task_that_takes_its_nodes_with_it_is_given_up(tmp_path: Path) -> None:
    told: list[str] = []
    line = Line([setup(tmp_path / "log")] * 2)

    def dies(seat: int, asked: int) -> bool:
        return line.asked[-1][2] == "L1-005"

    line.dies = dies
    bench = worked(line, tmp_path, told=told)
    assert len(bench.judged(NAME)) == 39 and sum(asked[2] == "L1-005" for asked in line.asked) == 4
    assert "left for another day" in told[-1]
    assert bench.claim(NAME, "L1-005", "another", 0.0, 1.0, lambda owner: True), "its claim is given up"


def test_another_kind_of_device_is_set_aside(tmp_path: Path) -> None:
    told: list[str] = []
    log, other = tmp_path / "log", tmp_path / "other"
    worked(Line([setup(log), setup(other, 0.0, OTHER), setup(log)]), tmp_path, told=told)
    assert not other.exists() and ["never mixed" in t for t in told] == [True]


def test_who_comes_back_as_something_else_does_not_work(tmp_path: Path) -> None:
    """A seat that is taken anew, on another kind of device: nothing that it says is kept."""
    line = Line([setup(tmp_path / "log")] * 2, dies=lambda seat, n: n == 2)
    told: list[str] = []

    def changed(seat: int) -> None:
        line.nodes[seat] = scripted_nodes.ScriptedNode(setup(tmp_path / "other", 0.0, OTHER))

    line.replace = changed
    assert len(worked(line, tmp_path, told=told).judged(NAME)) == 40
    assert not (tmp_path / "other").exists() and "set aside" in told[-1]


def test_without_a_device_it_is_one_sentence(tmp_path: Path) -> None:
    line = Line([setup(tmp_path / "log")], dies=lambda seat, n: True)
    fleet = Fleet(line, lambda sentence: None)
    fleet.open()
    line.ask = lambda seat, method, *given: line.said.update({-len(line.said): None}) or -len(line.said) + 1
    fleet.briefed(scripted_nodes.brief()).submit(scripted_run.TASKS[0])
    with pytest.raises(SetupError, match="no device of the cluster"):
        for _ in range(8):
            fleet.finished(0.1)


def test_an_answer_is_a_verdict_only_of_what_was_asked_on_the_runs_device() -> None:
    here, verdict = ENVIRONMENT.fingerprint(), judged(task(1, 3))
    text = Answer(environment=here, judged=verdict).model_dump_json()
    found = answered("L1-003", here, (text, []))
    assert isinstance(found, Done) and found.judged == verdict
    assert "another question" in str(answered("L1-004", here, (text, [])))
    assert "another device" in str(answered("L1-003", OTHER.fingerprint(), (text, [])))
    for nonsense in ("", "{}", '{"environment": 1}'):
        assert isinstance(answered("L1-003", here, (nonsense, [])), str)
    assert isinstance(answered("L1-003", here, None), str)


def test_a_brief_is_known_by_its_content() -> None:
    brief = scripted_nodes.brief()
    name, raw = packed(brief)
    assert brief_of(name, raw) == brief
    with pytest.raises(ValueError, match="something else"):
        brief_of(name, raw + b" ")


def test_the_longest_begin() -> None:
    tasks = load()
    guessed = expected.seconds(tasks, 28, {})
    order = expected.longest_first(tasks, guessed)
    assert {t.level for t in order[:180]} == {4, 5} and order[-1].level < 4
    slow = {tasks[0].id: 1e9, **{t.id: guessed[t.id] for t in tasks[1:9]}}
    assert expected.longest_first(tasks, expected.seconds(tasks, 28, slow))[0] == tasks[0], "what was timed counts"


def test_times_are_medians_of_what_was_measured() -> None:
    a, b = task(1, 1), task(1, 2)
    many = [judged(a).model_copy(update={"seconds": s}) for s in (1.0, 9.0, 3.0)]
    looked_up = judged(b).model_copy(update={"seconds": 0.01, "judged_in": "another"})
    assert expected.medians([*many, looked_up]) == {a.id: 3.0}


def test_retries_are_bounded() -> None:
    retries = Retries(limit=2)
    assert [retries.again("a") for _ in range(4)] == [True, True, False, False]
    assert retries.again("b") and retries.total == 5
