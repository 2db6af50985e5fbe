"""A store that is lost is filled again from the reports of runs, under the keys that the judge asks for."""

from pathlib import Path

import pytest
from factories import CPU, evaluation, plan, profile, site, step, trial

from diffagent_mcp.knowledge.types import (
    Budget,
    Candidate,
    Crashed,
    Environment,
    Outcome,
    Protocol,
    Script,
    Search,
    Target,
)
from diffagent_mcp.server.app import App
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.measure.question import Question
from diffagent_mcp.tools.measure.rebuilding import verdicts
from diffagent_mcp.tools.measure.start import Start
from diffagent_mcp.tools.script.source import fingerprint

QUICK = Protocol(name="quick", prompts=("a",), seeds=(1,), pairs=4)
HERE = Environment(device=CPU, python="3.11")
ONE, TWO = plan(step("tome", ratio=0.5)), plan(step("deepcache", interval=3))
KILLED = Crashed(message="the process died", stage="call", error="SIGKILL")


def report(start: Start | None = Start(arguments=("--fast",))) -> Outcome:  # noqa: B008
    trials = (
        trial(1, ONE, evaluation(2.0)).model_copy(update={"candidate": Candidate(plan=ONE, code="one")}),
        trial(2, TWO, KILLED).model_copy(update={"candidate": Candidate(plan=TWO, code="two")}),
        trial(3, TWO, evaluation(3.0)),
    )
    return Outcome(
        script=Script(path="s.py", pipelines=(site(),), source_sha=fingerprint("text")),
        pipeline="pipe",
        target=Target(speedup=2.0),
        budget=Budget(),
        search=Search(),
        environment=HERE,
        protocols=(QUICK,),
        start=None if start is None else start.model_dump(mode="json"),
        baseline=profile(),
        trials=trials,
        stopped="target met",
        seconds=1.0,
    )


def key(start: Start) -> str:
    asked = Question(
        protocol=QUICK, environment=HERE, source=fingerprint("text"), pipeline="pipe", start=start, plan=ONE,
        code=fingerprint("one"),
    )  # fmt: skip
    return asked.fingerprint()


def test_a_report_gives_back_what_holds_and_only_that() -> None:
    assert dict(verdicts(report())) == {key(Start(arguments=("--fast",))): evaluation(2.0)}
    assert list(verdicts(report(None))) == [], "an old report does not say how its script was started"


def test_a_lost_store_has_the_verdicts_of_its_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home / "jobs" / "abc", work / "draw.diffagent"):
        folder.mkdir(parents=True)
    (home / "jobs" / "abc" / "outcome.json").write_text(report().model_dump_json())
    (work / "draw.diffagent" / "outcome.json").write_text(report(Start()).model_dump_json())
    (home / "store.sqlite").write_bytes(b"broken" * 1000)
    monkeypatch.chdir(work)
    with pytest.raises(SetupError, match="2 verdicts from reports"):
        _ = App(load({"home": home})).store
    store = App(load({"home": home})).store
    assert all(store.get(key(s)) == evaluation(2.0) for s in (Start(), Start(arguments=("--fast",))))


def test_what_was_killed_from_outside_is_asked_again() -> None:
    assert not KILLED.holds()
    assert Crashed(message="m", stage="call", error="ValueError").holds() and evaluation().holds()
