"""The executor of one machine: a few threads of this process, each with a warm place of its own."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ...knowledge.types import Judged, Task
from ...tools.store.bench import KeptPicture
from .executor import Came, Done


class Judges(Protocol):
    """What a worker does with a task; `Desk` in earnest."""

    def judge(self, task: Task) -> tuple[Judged, list[KeptPicture]]: ...


@dataclass
class Threads:
    """`open_desk(k)` is the k-th worker's place, which is opened with its first task."""

    open_desk: Callable[[int], AbstractContextManager[Judges]]
    workers: int = 1
    end_all: Callable[[], None] = lambda: None
    """ends what the workers wait for, where one of them failed or the person interrupts"""
    _asked: "queue.SimpleQueue[Task | None]" = field(default_factory=lambda: queue.SimpleQueue[Task | None]())
    _came: "queue.SimpleQueue[Came | None]" = field(default_factory=lambda: queue.SimpleQueue[Came | None]())
    _stop: threading.Event = field(default_factory=threading.Event)
    _futures: list[Future[None]] = field(default_factory=list[Future[None]])

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="bench")

    def places(self) -> int:
        return self.workers

    def submit(self, task: Task) -> None:
        self._asked.put(task)
        if len(self._futures) < self.workers:
            future = self._pool.submit(self._worker, len(self._futures))
            future.add_done_callback(lambda _: self._came.put(None))
            self._futures.append(future)

    def finished(self, timeout_s: float) -> Sequence[Came]:
        """What came next. Raises what ended a worker."""
        try:
            came = self._came.get(timeout=timeout_s)
        except queue.Empty:
            return ()
        if came is not None:
            return (came,)
        for future in self._futures:
            if future.done():
                future.result()
        return ()

    def hang_up(self) -> None:
        self._stop.set()
        self.end_all()

    def close(self) -> None:
        self._stop.set()
        for _ in self._futures:
            self._asked.put(None)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _worker(self, number: int) -> None:
        keep_to_processor(number, self.workers)
        with self.open_desk(number) as desk:
            while (task := self._asked.get()) is not None and not self._stop.is_set():
                judged, pictures = desk.judge(task)
                if not self._stop.is_set():  # else its processes may have been ended under it
                    self._came.put(Done(judged, pictures))


def keep_to_processor(number: int, workers: int) -> None:
    """A worker's processes keep to one processor each where there are several workers: they time in turns on it."""
    if workers > 1 and hasattr(os, "sched_setaffinity"):
        here = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {here[number % len(here)]})
