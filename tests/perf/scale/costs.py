"""What a task costs the driver: measured on a real store and a real Ray, with verdicts of a real run."""

import contextlib
import importlib
import json
import os
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from diffagent_mcp.bench.running.executor import Came, Done
from diffagent_mcp.bench.running.parcels import Answer, answered
from diffagent_mcp.bench.running.work import Work
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import Judged, Record, Run, Static, Task
from diffagent_mcp.server.app import build
from diffagent_mcp.server.benchmark import executors, printing
from diffagent_mcp.server.benchmark.app import BenchApp
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.store.bench import Bench, KeptPicture
from diffagent_mcp.tools.store.store import Store

from . import service


class Measured(Record):
    """Seconds, each with how it was measured in the page."""

    write_s: float
    """median of keeping one verdict, as a transaction of its own in a file"""
    write_p95_s: float
    driver_cpu_s: float
    """processor time of the driver's loop: read one answer, keep it, count, say so, claim the next task"""
    records: int
    bytes_a_record: int
    ray_trip_s: float
    """median from asking an idle actor until its answer is here"""
    ray_cpu_s: float
    """processor time of the driver for the same"""
    ray_wait_s: float
    """`ray.wait`, for each question that is open"""
    ray_open: int
    """open questions with which that was measured"""
    node_start_s: float
    """from asking Ray for two actors until both have said who they are, with the zoo"""
    ray: str


class Replayed:
    """An executor whose nodes have answered already: what is left is the driver's own work."""

    def __init__(self, environment: str, texts: Mapping[str, str]) -> None:
        self.environment, self.texts = environment, texts
        self.asked = deque[str]()

    def places(self) -> int:
        return 8

    def submit(self, task: Task) -> None:
        self.asked.append(task.id)

    def finished(self, timeout_s: float) -> Sequence[Came]:
        """Read as a node's answer is read."""
        task = self.asked.popleft()
        done = answered(task, self.environment, (self.texts[task], []))
        assert isinstance(done, Done)
        return (done,)

    def hang_up(self) -> None: ...

    def close(self) -> None: ...


class Watched(Bench):
    """Times each verdict that is kept."""

    writes: ClassVar[list[float]] = []

    def keep(self, run: str, judged: Judged, pictures: Sequence[KeptPicture] = ()) -> bool:
        start = time.perf_counter()
        added = super().keep(run, judged, pictures)
        self.writes.append(time.perf_counter() - start)
        return added


def store_costs(folder: Path) -> dict[str, Any]:
    """Every task of L1 to L3 through the driver's own loop, into a new store, with a line of progress for each."""
    run, found = _verdicts()
    tasks = [t for t in load() if t.id in run.tasks]
    bench = Watched(Store(folder / "store.sqlite"))
    bench.open_run(run)
    here = run.environment.fingerprint()
    texts = {j.task: Answer(environment=here, judged=j).model_dump_json() for j in found}
    work = Work(run, tasks, Replayed(here, texts), lambda: bench, printing.progress, time.time)
    began = time.process_time()
    with (folder / "said").open("w") as said, contextlib.redirect_stderr(said):
        work.do()
    cpu = (time.process_time() - began) / len(tasks)
    writes = Watched.writes
    return {
        "write_s": statistics.median(writes),
        "write_p95_s": statistics.quantiles(writes, n=20)[-1],
        "driver_cpu_s": cpu,
        "records": len(writes),
        "bytes_a_record": round(statistics.mean(len(text) for text in texts.values())),
    }


def _verdicts() -> tuple[Run, list[Judged]]:
    """The verdicts of a run of docs/results, with what its file leaves out put back: code, attributes, prompts."""
    first, *rest = (service.DATA / "diffagent-6d7b80d9.jsonl").read_text(encoding="utf-8").splitlines()
    tasks = {t.id: t for t in load()}
    found = [_whole(Judged.model_validate_json(line), tasks) for line in rest]
    return Run.model_validate_json(json.dumps(json.loads(first)["run"])), found


def _whole(one: Judged, tasks: Mapping[str, Task]) -> Judged:
    task = tasks[one.task]
    code = one.submission.model_copy(update={"code": task.reference})
    changed: dict[str, object] = {"submission": code, "static": Static(text=task.attributes, live=task.attributes)}
    if one.absolute is not None:
        n = len(one.absolute.scores)
        asked = {"prompts": ("a red cross to the left of a green cross on a gray background",) * n, "seeds": (1,) * n}
        changed["absolute"] = one.absolute.model_copy(update=asked)
    return one.model_copy(update=changed)


class Echo:
    """A node that does nothing."""

    def judge(self, task: str) -> tuple[str, list[bytes]]:
        return task, []

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def ray_costs(folder: Path, questions: int = 500, open_ones: int = 1000) -> dict[str, Any]:
    """A Ray of its own on this machine: one actor that answers at once, one that keeps questions open."""
    os.environ["PYTHONPATH"] = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    ray: Any = importlib.import_module("ray")
    ray.init(num_cpus=2, num_gpus=0, include_dashboard=False, log_to_driver=False, logging_level="error")
    try:
        actor, busy = (ray.remote(Echo).remote() for _ in range(2))
        text = "x" * 2000
        ray.get([actor.judge.remote(text) for _ in range(50)])
        trips, cpu = _timed(lambda: ray.get(actor.judge.remote(text)), questions)
        ray.get(busy.sleep.remote(0.0))
        pending = [busy.sleep.remote(600.0) for _ in range(open_ones)]
        few, _ = _timed(lambda: ray.wait(pending[:2], num_returns=2, timeout=0), 50)
        many, _ = _timed(lambda: ray.wait(pending, num_returns=len(pending), timeout=0), 50)
        version = ray.__version__
        for actor_that_is_done in (actor, busy):
            ray.kill(actor_that_is_done)
        start = _node_start(folder)
    finally:
        ray.shutdown()
    return {
        "ray_trip_s": trips,
        "ray_cpu_s": cpu,
        "ray_wait_s": max(0.0, many - few) / open_ones,
        "ray_open": open_ones,
        "node_start_s": start,
        "ray": version,
    }


def _node_start(folder: Path) -> float:
    """A real node, as `bench run --executor ray --models zoo` starts it."""
    app = BenchApp(build(Settings(home=folder / "home", models="zoo")))
    began = time.perf_counter()
    with executors.opened("ray", app, 2, print) as fleet:
        assert fleet is not None and len(fleet.hellos) == 2
        return time.perf_counter() - began


def _timed(call: Callable[[], object], times: int) -> tuple[float, float]:
    """Median seconds of a call, and mean processor time."""
    each: list[float] = []
    began = time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        call()
        each.append(time.perf_counter() - start)
    return statistics.median(each), (time.process_time() - began) / times
