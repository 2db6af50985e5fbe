"""The bench commands as people type them."""

import json
from pathlib import Path

import pytest
import shell
from made_up_runs import ENVIRONMENT
from typer.testing import CliRunner

from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import Judged, Run, Submission
from diffagent_mcp.server.app import build
from diffagent_mcp.server.benchmark import commands, use_cases
from diffagent_mcp.server.benchmark.app import BenchApp, Options, stage_lines
from diffagent_mcp.server.benchmark.cli import app, levels_of
from diffagent_mcp.server.benchmark.solvers import NAMES, solver_named
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.errors import SetupError, UsageError
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

COMMAND = "diffagent-mcp bench run --solver gold --suite mini --levels L1-L2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    """A run of four tasks of which two were judged; nobody ran anything."""
    ids = tuple(t.id for t in load()[:4])
    made = Run(solver="gold", dataset="d", tasks=ids, suite="mini", environment=ENVIRONMENT)
    store = Bench(Store(home / "store.sqlite"))
    store.open_run(made, COMMAND)
    store.keep(made.name, Judged(task=ids[0], submission=Submission(code="x = 1\n")))
    store.keep(made.name, Judged(task=ids[1], submission=Submission(), failure="no submission"))
    return made


def said(*words: str) -> str:
    found = CliRunner().invoke(app, words, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.mark.parametrize(
    ("text", "levels"),
    [("L1-L3", (1, 2, 3)), ("L4", (4,)), ("l1,L4-5", (1, 4, 5)), ("2", (2,)), (None, None)],
)
def test_levels_as_people_write_them(text: str | None, levels: tuple[int, ...] | None) -> None:
    assert levels_of(text) == levels


@pytest.mark.parametrize("text", ["L6", "L3-L1", "all", "", "L0", "1-", "L1--L2"])
def test_other_levels_are_a_complaint(text: str) -> None:
    if text == "1-":
        assert levels_of(text) == (1,)
        return
    with pytest.raises(UsageError, match="--levels"):
        levels_of(text)


def test_status_says_how_far_a_run_is(run: Run) -> None:
    (found,) = json.loads(said("status", "--json"))
    assert (found["run"], found["done"], found["tasks"], found["passed"]) == (run.name, 2, 4, 1)
    assert not found["whole"] and found["at_work"] == [] and found["command"] == COMMAND
    assert "2/4" in said("status", run.name[:6])


def test_resume_types_the_same_command_again(run: Run) -> None:
    assert commands.resumed("latest") == ["run", "--solver", "gold", "--suite", "mini", "--levels", "L1-L2"]


def test_a_run_that_is_not_there_is_one_sentence(home: Path) -> None:
    with pytest.raises(UsageError, match="no run is called nobody"):
        CliRunner().invoke(app, ["report", "nobody"], catch_exceptions=False)


def test_tasks_are_listed_and_shown() -> None:
    assert len(said("list", "--suite", "mini").splitlines()) == 61
    listed = json.loads(said("list", "--levels", "L1", "--json"))
    assert len(listed) == 41 and "reference" not in listed[0]
    shown = said("show", listed[0]["id"])
    assert "must match" in shown and "from_pretrained" in shown


def test_reports_are_written_of_what_is_there(run: Run, tmp_path: Path) -> None:
    assert "50.0%" in said("report", "--format", "md")
    assert json.loads(said("report", run.name, "--format", "json"))["name"] == run.name
    page = said("report", "--out", str(tmp_path / "out")).strip()
    assert Path(page).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(said("compare", run.name, run.name, "--json"))["tasks"] == 2


def test_levels_without_targets_are_left_out_or_complained_about(home: Path) -> None:
    one = BenchApp(build(Settings(home=home, models="zoo")))
    prepared = use_cases.prepare(one, use_cases.Wanted(solver="gold", suite="mini"))
    assert len(prepared.tasks) == 43 and all(t.level < 4 for t in prepared.tasks)
    with pytest.raises(UsageError, match="bench calibrate"):
        use_cases.prepare(one, use_cases.Wanted(solver="gold", levels=(4,), suite="mini"))


def test_what_is_asked_makes_the_run(home: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a dog\na cat\n")

    def name(options: Options | None = None, **wanted: object) -> str:
        one = BenchApp(build(Settings(home=home, models="zoo")), options or Options())
        return use_cases.prepare(one, use_cases.Wanted(solver="gold", suite="mini", levels=(1,), **wanted)).run.name  # type: ignore[arg-type]

    usual = name()
    assert name() == usual == name(Options(workers=2)), "how many work on it does not make another run"
    others = {name(Options(prompts=prompts)), name(Options(max_drift=0.3)), name(seed=1), name(evaluations=8)}
    assert len(others | {usual}) == 5


def test_a_confirmation_looks_at_no_more_pictures_than_it_has(home: Path) -> None:
    one = BenchApp(build(Settings(home=home, models="zoo")))
    final = one.searching(next(t for t in load() if t.level == 4))["final"]
    assert len(final.prompts) == 24 and final.looks and max(final.looks) < 24


def test_prompts_are_lines_or_the_captions_of_coco(tmp_path: Path) -> None:
    plain = tmp_path / "p.txt"
    plain.write_text("# of animals\na dog\n\n a cat \n")
    assert stage_lines(plain) == ["a dog", "a cat"]
    coco = tmp_path / "captions_val2014.json"
    rows = [(9, "A dog\nruns."), (3, "A cat."), (9, "Another dog.")]
    coco.write_text(json.dumps({"annotations": [{"image_id": i, "caption": c} for i, c in rows]}))
    assert stage_lines(coco) == ["A cat.", "A dog runs."]
    for text in ("", "{}", "[1]"):
        coco.write_text(text)
        with pytest.raises(UsageError, match="captions_val2014"):
            stage_lines(coco)


def test_solvers_go_by_name() -> None:
    for name in NAMES:
        if name == "direct":
            with pytest.raises(SetupError, match="language model"):
                solver_named(name, 0, [], {})
        else:
            assert solver_named(name, 0, [], {}).name == name
    with pytest.raises(UsageError, match="no solver magic"):
        solver_named("magic", 0, [], {})


def test_a_wrong_option_is_a_sentence_and_a_code() -> None:
    found = shell.run("bench", "run", "--suite", "tiny")
    assert found.returncode == 2 and "--suite tiny" in found.stderr and not found.stdout
