"""The seam between a run and who does its tasks: tasks are handed out, and what came of them is heard."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ...knowledge.types import Judged, Task
from ...tools.store.bench import KeptPicture


@dataclass(frozen=True)
class Done:
    """A verdict, with those pictures that came along; it is not kept yet."""

    judged: Judged
    pictures: Sequence[KeptPicture] = ()

    @property
    def task(self) -> str:
        return self.judged.task


@dataclass(frozen=True)
class Lost:
    """A task without a verdict, because who had it is gone. Says nothing about the solver."""

    task: str
    sentence: str


Came = Done | Lost


class Executor(Protocol):
    """Does tasks, several at a time. One thread talks to it."""

    def places(self) -> int:
        """How many tasks can be at work at once now. It may change while a run goes."""
        ...

    def submit(self, task: Task) -> None:
        """Hand out a task, where there is a place for it."""
        ...

    def finished(self, timeout_s: float) -> Sequence[Came]:
        """Wait for something to come, at most so long. Raises what ended a worker that cannot be replaced."""
        ...

    def hang_up(self) -> None:
        """End what is at work at once: the run failed, or the person interrupts."""
        ...

    def close(self) -> None:
        """No more tasks come. What is still at work counts for nothing."""
        ...


@dataclass
class Retries:
    """How often each task was lost. Bounded, so that a task which takes its node down with it ends."""

    limit: int = 3
    """times that a task is asked again"""
    _lost: Counter[str] = field(default_factory=Counter[str])

    def again(self, task: str) -> bool:
        """It was lost once more: is it asked again?"""
        self._lost[task] += 1
        return self._lost[task] <= self.limit

    @property
    def total(self) -> int:
        return self._lost.total()
