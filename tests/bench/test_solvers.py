"""Solvers see what a person would, spend what they are given, and hand in one candidate."""

from pathlib import Path
from typing import Any

import pytest
from factories import CPU, LIBRARIES, evaluation, trace
from made_up_runs import task as made_up

from diffagent_mcp.bench.running.desk import problem
from diffagent_mcp.bench.running.handle import Handle
from diffagent_mcp.bench.solvers import direct
from diffagent_mcp.bench.solvers.drawn import Drawn, draw, rng_for
from diffagent_mcp.bench.solvers.file import from_file
from diffagent_mcp.bench.solvers.gold import Gold
from diffagent_mcp.bench.solvers.plans import Written, plan_of
from diffagent_mcp.bench.solvers.problem import Problem
from diffagent_mcp.bench.solvers.tpe import Tpe
from diffagent_mcp.bench.stages.static import compare
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.types import (
    Calibrated,
    Candidate,
    Environment,
    Evaluation,
    Failure,
    InvalidPlan,
    Plan,
    Profile,
    Record,
    Submission,
    Task,
    Verdict,
)
from diffagent_mcp.server.benchmark.solvers import solver_named
from diffagent_mcp.tools.chat.chat import Question
from diffagent_mcp.tools.chat.scripted import Scripted as ScriptedChat
from diffagent_mcp.tools.errors import SetupError, UsageError

ENVIRONMENT = Environment(device=CPU, python="3.11.7", libraries=LIBRARIES)
NUMBERS = Calibrated(
    baseline="B01",
    environment="e",
    baseline_s=2.0,
    medium=2.0,
    trials=5,
    samples=4,
    witness="sampler(name=dpmpp_2m, steps=20) + deepcache(interval=2, branch=0)",
    best=2.0,
)
BASELINE = next(t for t in load() if t.baseline == "B01" and t.level == 4 and t.difficulty == "medium")


class Scripted:
    """A judging handle whose candidates are the faster, the fewer steps they take; nothing is measured."""

    def __init__(self, budget: int = 6) -> None:
        self.budget = budget
        self.asked: list[tuple[str, Plan | None]] = []

    @property
    def used(self) -> int:
        return len(self.asked)

    @property
    def left(self) -> int:
        return self.budget - self.used

    def baseline(self) -> Profile | Failure:
        e = evaluation()
        return Profile(
            latency_s=2.0,
            interval=e.speedup_interval,
            samples=4,
            load_s=1.0,
            first_image_s=2.0,
            peak_mb=1.0,
            stages=e.stages,
            trace=trace(),
            clip=80.0,
            clip_sd=1.0,
            clip_scores=(80.0,),
            seed_distance=0.5,
            prompts=1,
        )

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        return None

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        if not self.left:
            return InvalidPlan(message="the budget is spent")
        self.asked.append((protocol, candidate.plan))
        sampler = candidate.plan.step("sampler") if candidate.plan else None
        steps = int(sampler.params["steps"]) if sampler else 50
        return evaluation(speedup=50 / steps, loss=0.3 / steps)

    def runs(self, code: str) -> Failure | None:
        return None


def shown(task: Task, numbers: Calibrated | None = None) -> Problem:
    return problem(task, Path("/nowhere"), numbers, ENVIRONMENT, None)


def test_a_solver_sees_no_attributes_and_no_reference_that_is_to_be_written() -> None:
    for task in load()[::7]:
        seen = shown(task, NUMBERS)
        assert seen.baseline == (task.reference if task.relative else None)
        assert not any(isinstance(v, Task) or v == task.attributes for v in vars(seen).values())
        if not task.relative:
            assert seen == Problem(task.id, task.request, Path("/nowhere"), task.inputs, environment=ENVIRONMENT)


def test_the_number_of_a_target_is_in_the_words_and_in_the_problem() -> None:
    four = shown(BASELINE, NUMBERS)
    assert four.target is not None and four.target.speedup == pytest.approx(2.0) == four.speedup
    assert "2.00x" in four.request and "{target}" not in four.request
    five = shown(next(t for t in load() if t.baseline == "B01" and t.level == 5 and t.difficulty == "easy"), NUMBERS)
    assert five.target is not None and five.target.latency_s == pytest.approx(2.0 / 1.6)
    assert five.speedup == pytest.approx(1.6) and five.target.max_loss == 0.05 and five.target.max_drift is None


def test_gold_hands_in_the_reference_or_the_stored_witness() -> None:
    everything = {t.id: t for t in load()}
    first = load()[0]
    gold = Gold(everything, {"B01": NUMBERS})
    assert gold.solve(shown(first), 28, Scripted()) == Submission(code=first.reference)
    found = gold.solve(shown(BASELINE, NUMBERS), 28, Scripted())
    assert found.code is not None and "DPMSolverMultistepScheduler" in found.code and "DeepCache" in found.code
    assert Gold(everything, {}).solve(shown(BASELINE), 28, Scripted()).code is None


def test_a_witness_is_read_back_from_its_sentence() -> None:
    every = Plan(steps=tuple(m().step() for m in METHODS))
    assert plan_of(every.sentence()) == every
    assert plan_of("the script as it is") is None
    assert plan_of("magic(x=1)") is None
    assert plan_of("deepcache(interval=99)") is None


def test_random_search_spends_its_budget_and_hands_in_the_best() -> None:
    judging = Scripted(budget=12)
    impossible = NUMBERS.model_copy(update={"medium": 100.0})
    found = Drawn(seed=3).solve(shown(BASELINE, impossible), 12, judging)
    assert judging.used == 12 and {p for p, _ in judging.asked} == {"quick"}
    assert found.code is not None
    again = Scripted(budget=12)
    assert Drawn(seed=3).solve(shown(BASELINE, impossible), 12, again) == found and again.asked == judging.asked
    assert Drawn(seed=4).solve(shown(BASELINE, impossible), 12, Scripted(12)) != found


def test_a_search_stops_at_the_first_candidate_that_is_confirmed() -> None:
    judging = Scripted(budget=28)
    easy = NUMBERS.model_copy(update={"medium": 1.4})
    found = Drawn(seed=1).solve(shown(BASELINE, easy), 28, judging)
    assert judging.asked[-1][0] == "final" and judging.used < 28
    assert found.note == (judging.asked[-1][1] or Plan()).sentence()


def test_tpe_learns_within_the_same_budget() -> None:
    pytest.importorskip("optuna")
    judging, impossible = Scripted(budget=15), NUMBERS.model_copy(update={"medium": 100.0})
    found = Tpe(seed=2).solve(shown(BASELINE, impossible), 15, judging)
    assert judging.used == 15 and len({plan for _, plan in judging.asked}) == 15
    assert found.code is not None
    again = Scripted(budget=15)
    assert Tpe(seed=2).solve(shown(BASELINE, impossible), 15, again) == found and again.asked == judging.asked


@pytest.mark.parametrize("name", ["diffagent", "best-of-n", "random"])
def test_everyone_has_the_same_budget(name: str) -> None:
    judging, impossible = Scripted(budget=9), NUMBERS.model_copy(update={"medium": 100.0})
    solver = solver_named(name, 1, load(), {})
    found = solver.solve(shown(BASELINE, impossible), 9, judging)
    assert found.code is not None and 5 <= judging.used <= 9


def test_the_agent_reads_words_and_nothing_else() -> None:
    task = next(t for t in load() if t.level == 3 and t.attributes.pipeline_class == "StableDiffusionXLPipeline")
    found = solver_named("diffagent", 0, [], {}).solve(shown(task), 28, Scripted())
    assert found.code is not None and compare(task, found.code).mismatches == ()
    blind = shown(task.model_copy(update={"request": "a picture of a dog, please"}))
    other = solver_named("diffagent", 0, [], {}).solve(blind, 28, Scripted())
    assert other.code is None or compare(task, other.code).mismatches


def test_drawn_plans_keep_to_the_menu() -> None:
    written = Written.of(shown(BASELINE, NUMBERS), Scripted())
    assert isinstance(written, Written) and set(written.allowed) <= set(BASELINE.menu)
    rng = rng_for(shown(BASELINE), 0)
    plans = [draw(written, rng) for _ in range(50)]
    assert {s.method for p in plans for s in p.steps} == set(written.allowed)
    assert all(int(s.params["steps"]) <= 50 for p in plans for s in p.steps if s.method == "sampler")


def test_nothing_is_searched_where_there_is_no_baseline() -> None:
    assert Drawn().solve(shown(load()[0]), 28, Scripted()).code is None


class Counted:
    """A judge with a store's memory."""

    def __init__(self) -> None:
        self.measured = 0

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        return evaluation() if candidate.code == "kept" else None

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        self.measured += 1
        return evaluation()


def test_the_handle_counts_what_is_asked_whoever_measured_it() -> None:
    judge = Counted()
    handle = Handle(3, judge, lambda code: None)  # type: ignore[arg-type]
    new, kept = Candidate(plan=None, code="new"), Candidate(plan=None, code="kept")
    assert isinstance(handle.evaluate(new), Evaluation) and isinstance(handle.evaluate(new), Evaluation)
    assert (handle.used, judge.measured) == (1, 1)
    handle.evaluate(kept)
    assert (handle.used, judge.measured) == (2, 1), "a verdict that others paid for is paid for again"
    assert handle.runs("code") is None and handle.left == 0
    assert isinstance(handle.evaluate(new, "final"), InvalidPlan) and handle.used == 3
    assert isinstance(handle.evaluate(new), Evaluation), "what was asked before stays known"


def test_a_solver_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("def solve(task, budget, judging):\n    return f'# {task.request} {budget}'\n")
    solver = from_file(path)
    assert solver.name.startswith("mine-")
    assert solver.solve(shown(load()[0]), 5, Scripted()).code == f"# {load()[0].request} 5"
    path.write_text("def solve(task, budget, judging):\n    return 7\n")
    assert from_file(path).name != solver.name
    with pytest.raises(UsageError, match="returned int"):
        from_file(path).solve(shown(load()[0]), 5, Scripted())


@pytest.mark.parametrize("text", ["x = 1\n", "import nowhere_to_be_found\n", "def solve(:\n"])
def test_a_file_that_is_no_solver_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"mine\.py"):
        from_file(path)


def test_direct_asks_once_and_says_what_it_cost() -> None:
    asked: list[str] = []

    def model(question: Question[Any]) -> Record:
        asked.append(question.user)
        return direct.Whole(code="import torch\nx = 2\n")

    solver = direct.Direct(ScriptedChat(model))
    found = solver.solve(shown(made_up(4, 0, "easy"), NUMBERS), 28, Scripted())
    assert found.code == "import torch\nx = 2\n" and found.requests == len(asked) == 1
    assert "The script as it is" in asked[0]
    assert solver.name == "simulation: direct@scripted:test"
    with pytest.raises(SetupError, match="--llm"):
        direct.unconfigured()


def test_a_model_that_says_nothing_usable_submits_nothing() -> None:
    found = direct.Direct(ScriptedChat(lambda _: "I would rather not")).solve(
        shown(made_up(1, 0), None), 28, Scripted()
    )
    assert found.code is None and found.requests == 1 and "form" in found.note
