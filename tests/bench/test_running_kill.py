"""Killed at random moments and run again, a run says what an undisturbed one says; two processes share it."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import scripted_run

from diffagent_mcp.bench.running import owners
from diffagent_mcp.bench.running.threads import Threads
from diffagent_mcp.bench.running.work import Progress, Work
from diffagent_mcp.knowledge.types import Judged, Task
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.store.bench import Bench, KeptPicture
from diffagent_mcp.tools.store.store import Store

SCRIPT = Path(scripted_run.__file__)


def started(store: Path, seconds: float = 0.02) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(SCRIPT), str(store), "scripted", str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def verdicts(store: Path) -> dict[str, Judged]:
    return {j.task: j for j in Bench(Store(store)).judged(scripted_run.the_run().name)}


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_killed_run_ends_with_the_same_verdicts(tmp_path: Path, kills: int) -> None:
    scripted_run.main(tmp_path / "calm" / "s.sqlite", "scripted", 0.0)
    calm = verdicts(tmp_path / "calm" / "s.sqlite")
    store, rng = tmp_path / "killed" / "s.sqlite", random.Random(7)
    for _ in range(kills):
        process = started(store)
        time.sleep(rng.uniform(0.4, 1.0))
        process.kill()
        process.wait()
    assert started(store).wait(60) == 0
    assert len(calm) == len(scripted_run.TASKS) and verdicts(store) == calm
    log = (tmp_path / "killed" / "log").read_text()
    again = sum(n - 1 for n in Counter(line.split()[0] for line in log.splitlines() if "begin" in line).values())
    assert again <= 2 * kills, "a kill loses what its two workers were at, and nothing else"


def test_every_verdict_has_its_pictures(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    process = started(store)
    time.sleep(1.0)
    process.kill()
    process.wait()
    bench = Bench(Store(store))
    name = scripted_run.the_run().name
    assert all(len(bench.pictures(name, j.task)) == 3 for j in bench.judged(name))
    (orphans,) = bench.store.db.execute(
        "select count(*) from bench_pictures p where not exists"
        " (select 1 from bench_judged j where j.run = p.run and j.task = p.task)"
    ).fetchone()
    assert orphans == 0


def test_two_processes_share_a_run_and_never_a_task(tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    both = [started(store), started(store)]
    assert [p.wait(60) for p in both] == [0, 0]
    assert len(verdicts(store)) == len(scripted_run.TASKS)
    lines = (tmp_path / "log").read_text().splitlines()
    assert Counter(line.split()[0] for line in lines if "begin" in line).most_common(1)[0][1] == 1


def test_owners_are_known_by_process_and_start() -> None:
    me = owners.owner()
    host, pid, _ = me.split("/")
    assert owners.alive(me)
    assert not owners.alive(f"{host}/{pid}/1.00")
    assert not owners.alive(f"{host}/999999999/1.00")
    assert owners.alive("elsewhere/1/1.00"), "of another machine only its lease can tell"


class Broken:
    """Cannot judge anything."""

    def judge(self, task: Task) -> tuple[Judged, list[KeptPicture]]:
        raise SetupError("the scorer cannot be loaded")


def test_what_one_worker_cannot_do_ends_the_run_and_frees_its_tasks(tmp_path: Path) -> None:
    store, ended = tmp_path / "s.sqlite", threading.Event()

    @contextmanager
    def open_desk(number: int) -> Generator[Broken, None, None]:
        yield Broken()

    said: list[Progress] = []
    work = Work(
        run=scripted_run.the_run(),
        tasks=scripted_run.TASKS,
        executor=Threads(open_desk, 2, ended.set),
        open_bench=lambda: Bench(Store(store)),
        say=said.append,
        clock=time.time,
    )
    with pytest.raises(SetupError):
        work.do()
    assert ended.is_set() and [p.done for p in said] == [0]
    assert Bench(Store(store)).at_work(scripted_run.the_run().name, time.time(), owners.alive) == []


def test_progress_says_rate_and_time_left(tmp_path: Path) -> None:
    said: list[Progress] = []

    @contextmanager
    def open_desk(number: int) -> Generator[scripted_run.Scripted, None, None]:
        yield scripted_run.Scripted(0.0, tmp_path / "log")

    ticks = iter(range(10_000))
    store = tmp_path / "s.sqlite"
    Work(
        run=scripted_run.the_run(),
        tasks=scripted_run.TASKS,
        executor=Threads(open_desk),
        open_bench=lambda: Bench(Store(store)),
        say=said.append,
        clock=lambda: float(next(ticks)),
    ).do()
    last = said[-1]
    assert (last.done, last.planned, last.seconds_left) == (40, 40, 0.0)
    assert 0 < last.pass_rate < 1 and last.passed == sum(j.passed for j in verdicts(store).values())
    assert said[5].seconds_left is not None and said[5].seconds_left > said[30].seconds_left  # type: ignore[operator]
