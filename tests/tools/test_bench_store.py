"""The benchmark's rows: a verdict and its pictures come together and once; a task belongs to one owner at a time."""

from pathlib import Path

import pytest
from factories import CPU

from diffagent_mcp.knowledge.types import Calibrated, Environment, Judged, Run, Submission
from diffagent_mcp.tools.store.bench import Bench, KeptPicture
from diffagent_mcp.tools.store.store import Store

RUN = Run(
    solver="gold",
    dataset="d",
    tasks=("L1-001", "L1-002"),
    suite="mini",
    environment=Environment(device=CPU, python="3"),
)


def judged(task: str = "L1-001", seconds: float = 1.0) -> Judged:
    return Judged(task=task, submission=Submission(code="x = 1\n"), seconds=seconds)


def picture(seed: int, png: bytes = b"png") -> KeptPicture:
    return KeptPicture(role="absolute", prompt="a dog", seed=seed, png=png)


def living(owner: str) -> bool:
    return not owner.startswith("dead")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Store(tmp_path / "s.sqlite"))


def test_a_verdict_is_kept_once_with_its_pictures(bench: Bench) -> None:
    bench.open_run(RUN, "bench run --solver gold")
    first = [picture(1), picture(2, b"other")]
    assert bench.keep(RUN.name, judged(), first)
    assert not bench.keep(RUN.name, judged(seconds=9.0), [picture(3)])
    assert bench.judged(RUN.name) == [judged()]
    assert bench.pictures(RUN.name, "L1-001") == first
    assert bench.run("gold") == bench.run("latest") == RUN
    assert bench.command(RUN.name) == "bench run --solver gold"


def test_equal_pictures_take_room_once(bench: Bench) -> None:
    bench.keep(RUN.name, judged("L1-001"), [picture(1)])
    bench.keep(RUN.name, judged("L1-002"), [picture(1)])
    assert bench.store.db.execute("select count(*) from blobs").fetchone() == (1,)
    assert bench.pictures(RUN.name, "L1-002", "absolute") == [picture(1)]
    assert bench.pictures(RUN.name, "L1-002", "baseline") == []


def test_a_verdict_whose_pictures_cannot_be_kept_is_not_kept(bench: Bench) -> None:
    with pytest.raises(TypeError):
        bench.keep(RUN.name, judged(), [picture(1, object())])  # type: ignore[arg-type]
    assert bench.judged(RUN.name) == []


def test_a_task_has_one_owner(bench: Bench) -> None:
    assert bench.claim("r", "t", "one", now=0.0, until=60.0, alive=living)
    assert not bench.claim("r", "t", "two", now=1.0, until=61.0, alive=living)
    assert bench.at_work("r", 1.0, living) == ["t"]
    assert bench.claim("r", "t", "two", now=61.0, until=121.0, alive=living)


def test_a_dead_owner_or_one_that_is_done_has_nothing(bench: Bench) -> None:
    assert bench.claim("r", "t", "dead", now=0.0, until=60.0, alive=living)
    assert bench.claim("r", "t", "one", now=1.0, until=60.0, alive=living)
    bench.release("one")
    assert bench.claim("r", "t", "two", now=2.0, until=60.0, alive=living)
    bench.renew("two", 600.0)
    assert not bench.claim("r", "t", "one", now=300.0, until=360.0, alive=living)
    bench.keep("r", judged("t"))
    assert not bench.claim("r", "t", "one", now=900.0, until=960.0, alive=living)
    assert bench.at_work("r", 1.0, living) == []


def test_rescoring_replaces(bench: Bench) -> None:
    bench.keep(RUN.name, judged())
    bench.rescored(RUN.name, [judged(seconds=7.0)])
    assert bench.judged(RUN.name) == [judged(seconds=7.0)]


def test_calibrations_are_kept_by_environment(bench: Bench) -> None:
    one = Calibrated(baseline="B01", environment="e", baseline_s=1.0, medium=2.0, trials=5, samples=4, best=2.0)
    bench.keep_calibrated(one.model_copy(update={"medium": 1.5}))
    bench.keep_calibrated(one)
    bench.keep_calibrated(one.model_copy(update={"environment": "f"}))
    assert bench.calibrated("e") == [one]
    assert len(bench.calibrated()) == 2
