"""The work of a run: several workers take tasks, one at a time, and keep each verdict as one transaction.

A process that is killed leaves whole verdicts and a claim of somebody dead, which the next one takes over.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ...knowledge.types import Judged, Run, Task
from ...tools.store.bench import Bench, KeptPicture
from . import owners

_RENEW_S = 30.0


class Judges(Protocol):
    """What a worker does with a task; `Desk` in earnest."""

    def judge(self, task: Task) -> tuple[Judged, list[KeptPicture]]: ...


@dataclass(frozen=True)
class Progress:
    """How far a run is, after a task was judged here."""

    judged: Judged | None
    done: int
    planned: int
    passed: int
    seconds_left: float | None = None

    @property
    def pass_rate(self) -> float:
        return self.passed / self.done if self.done else 0.0


@dataclass
class Work:
    """One process's part of a run. `open_desk(k)` is the k-th worker's place, `open_bench` its connection."""

    run: Run
    tasks: Sequence[Task]
    open_desk: Callable[[int], AbstractContextManager[Judges]]
    open_bench: Callable[[], Bench]
    say: Callable[[Progress], None]
    clock: Callable[[], float]
    """seconds since the epoch, the same for all processes"""
    workers: int = 1
    hang_up: Callable[[], None] = lambda: None
    """ends what the workers wait for, where one of them failed or the person interrupts"""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _here: int = 0
    _started: float = 0.0

    def do(self) -> None:
        """Work until every task is judged or in somebody else's hands. An interrupt leaves what was judged."""
        owner = owners.owner()
        bench = self.open_bench()
        self._started = self.clock()
        self.say(self._progress(bench, None))
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="bench")
        try:
            futures = [pool.submit(self._worker, k, owner) for k in range(self.workers)]
            self._watch(futures, bench, owner)
        except BaseException:
            self._stop.set()
            self.hang_up()
            raise
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            bench.release(owner)
            bench.store.close()

    def _watch(self, futures: list[Future[None]], bench: Bench, owner: str) -> None:
        """Renew the claims while the workers work; raise what one of them raised."""
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=_RENEW_S, return_when="FIRST_EXCEPTION")
            for future in done:
                future.result()
            bench.renew(owner, self.clock() + owners.LEASE_S)

    def _worker(self, number: int, owner: str) -> None:
        _keep_to_processor(number, self.workers)
        bench = self.open_bench()
        try:
            first = next(claims := self._claims(bench, owner), None)
            if first is None:
                return
            with self.open_desk(number) as desk:
                self._judge(desk, bench, first)
                for task in claims:
                    self._judge(desk, bench, task)
        finally:
            bench.store.close()

    def _claims(self, bench: Bench, owner: str) -> Iterator[Task]:
        """Tasks that nobody has, each claimed as it is yielded."""
        done = bench.done(self.run.name)
        for task in self.tasks:
            if self._stop.is_set():
                return
            if task.id in done:
                continue
            now = self.clock()
            with self._lock:
                mine = bench.claim(self.run.name, task.id, owner, now, now + owners.LEASE_S, owners.alive)
            if mine:
                yield task

    def _judge(self, desk: Judges, bench: Bench, task: Task) -> None:
        judged, pictures = desk.judge(task)
        if self._stop.is_set():
            return  # its processes may have been ended under it: what it says counts for nothing
        with self._lock:
            bench.keep(self.run.name, judged, pictures)
            self._here += 1
            self.say(self._progress(bench, judged))

    def _progress(self, bench: Bench, judged: Judged | None) -> Progress:
        """How far everybody is; the time left is guessed from the pace here."""
        done, passed = bench.counted(self.run.name)
        planned = len(self.run.tasks)
        pace = (self.clock() - self._started) / self._here if self._here else None
        return Progress(judged, done, planned, passed, None if pace is None else pace * (planned - done))


def _keep_to_processor(number: int, workers: int) -> None:
    """A worker's processes keep to one processor each where there are several workers: they time in turns on it."""
    if workers > 1 and hasattr(os, "sched_setaffinity"):
        here = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {here[number % len(here)]})
