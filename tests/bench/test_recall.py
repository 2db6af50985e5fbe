"""The same code is judged once, and only where the ground is the same."""

from collections.abc import Iterator

import pytest
from factories import CPU, threshold
from made_up_runs import CODE, ENVIRONMENT, task

from diffagent_mcp.bench.running.recall import Recalled, recall
from diffagent_mcp.knowledge.types import Absolute, Crashed, Judged, Run, Submission, Task, Threshold, TimedOut
from diffagent_mcp.tools.store.bench import Bench, KeptPicture
from diffagent_mcp.tools.store.store import Store

TASK, RACE = task(1, 0), task(4, 0, "easy")
BOUND = threshold(prompts=("a", "b"), seeds=(1, 2))
FIRST = Run(solver="gold", dataset="d", tasks=(TASK.id, RACE.id), suite="mini", asked="x", environment=ENVIRONMENT)
MINE = FIRST.model_copy(update={"solver": "diffagent"})
PICTURES = (KeptPicture("absolute", "a", 1, b"one"), KeptPicture("absolute", "b", 2, b"two"))


def verdict(**changes: object) -> Judged:
    found = Absolute(scores=(50.0, 60.0), threshold=20.0, prompts=("a", "b"), seeds=(1, 2))
    return Judged(task=TASK.id, submission=Submission(code=CODE), absolute=found).model_copy(update=changes)


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench(Store())
    one.open_run(FIRST)
    yield one
    one.store.close()


def found(bench: Bench, run: Run = MINE, code: str | None = CODE, of: Task = TASK, bound: Threshold = BOUND) -> object:
    return recall(bench, run, lambda _: bound, of, code)


def test_another_runs_verdict_comes_with_its_pictures(bench: Bench) -> None:
    bench.keep(FIRST.name, verdict(), PICTURES)
    assert found(bench) == Recalled(FIRST.name, verdict(), PICTURES)


def test_what_was_itself_recalled_names_the_run_that_drew_it(bench: Bench) -> None:
    bench.keep(FIRST.name, verdict(judged_in="older"), PICTURES)
    again = found(bench)
    assert isinstance(again, Recalled) and again.run == "older"


@pytest.mark.parametrize(
    "changes",
    [{"dataset": "other"}, {"asked": "y"}, {"environment": ENVIRONMENT.model_copy(update={"models_version": "v9"})}],
    ids=lambda c: next(iter(c)),
)
def test_another_ground_counts_for_nothing(bench: Bench, changes: dict[str, object]) -> None:
    bench.keep(FIRST.name, verdict(), PICTURES)
    assert found(bench, MINE.model_copy(update=changes)) is None


def test_other_code_and_no_code_are_judged(bench: Bench) -> None:
    bench.keep(FIRST.name, verdict(), PICTURES)
    assert found(bench, code=CODE + "\n") is None and found(bench, code=None) is None


def test_another_bound_or_a_doubtful_crash_is_judged_again(bench: Bench) -> None:
    bench.keep(FIRST.name, verdict(), PICTURES)
    assert found(bench, bound=BOUND.model_copy(update={"threshold": 30.0})) is None
    crashes = {"crash": Crashed(message="no such argument", stage="call", error="TypeError"), "absolute": None}
    bench.rescored(FIRST.name, [verdict(**crashes, failure="compile error")])
    assert found(bench) is not None
    late = TimedOut(message="it took too long", stage="call", after_s=60.0)
    bench.rescored(FIRST.name, [verdict(crash=late, failure="compile error", absolute=None)])
    assert found(bench) is None


def test_a_race_is_run_each_time(bench: Bench) -> None:
    bench.keep(FIRST.name, verdict(task=RACE.id), ())
    assert found(bench, of=RACE) is None and ENVIRONMENT.device == CPU
