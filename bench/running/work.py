"""The work of a run: tasks are claimed, handed to an executor, and each verdict is kept as one transaction.

Only this process writes the run's verdicts, whoever judges. Killed, it leaves whole verdicts and claims of somebody
dead, which the next one takes over.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ...knowledge.types import Judged, Run, Task
from ...tools.store.bench import Bench
from . import owners
from .executor import Came, Done, Executor, Retries

_RENEW_S = 30.0


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
    """One process's part of a run. Tasks are taken in the order in which they are given."""

    run: Run
    tasks: Sequence[Task]
    executor: Executor
    open_bench: Callable[[], Bench]
    say: Callable[[Progress], None]
    clock: Callable[[], float]
    """seconds since the epoch, the same for all processes"""
    tell: Callable[[str], None] = lambda sentence: None
    """hears of tasks that were lost"""
    retries: Retries = field(default_factory=Retries)
    _out: dict[str, Task] = field(default_factory=dict[str, Task])
    _again: deque[Task] = field(default_factory=deque[Task])
    _here: int = 0
    _started: float = 0.0
    _renewed: float = 0.0

    def do(self) -> None:
        """Work until every task is judged, given up or somebody else's. An interrupt leaves what was judged."""
        owner, bench = owners.owner(), self.open_bench()
        self._started = self._renewed = self.clock()
        self.say(self._progress(bench, None))
        try:
            self._until_done(bench, owner)
        except BaseException:
            self.executor.hang_up()
            raise
        finally:
            self.executor.close()
            bench.release(owner)
            bench.store.close()

    def _until_done(self, bench: Bench, owner: str) -> None:
        """Whoever has a place free gets the next task, so nobody waits for another's long one."""
        claims = self._claims(bench, owner)
        while True:
            whole = self._hand_out(claims)
            if whole and not self._out:
                return
            for came in self.executor.finished(_RENEW_S):
                self._heard(bench, came)
            if (now := self.clock()) - self._renewed >= _RENEW_S:
                self._renewed = now
                bench.renew(owner, now + owners.LEASE_S)

    def _hand_out(self, claims: Iterator[Task]) -> bool:
        """Fill every place; True where nothing is left to hand out."""
        while len(self._out) < self.executor.places():
            task = self._again.popleft() if self._again else next(claims, None)
            if task is None:
                return True
            self._out[task.id] = task
            self.executor.submit(task)
        return False

    def _heard(self, bench: Bench, came: Came) -> None:
        """Keep a verdict, or ask again. What comes twice, or after it was given up, counts for nothing."""
        task = self._out.pop(came.task, None)
        if task is None:
            return
        if isinstance(came, Done):
            if bench.keep(self.run.name, came.judged, came.pictures):
                self._here += 1
            self.say(self._progress(bench, came.judged))
        elif self.retries.again(task.id):
            self._again.append(task)
            self.tell(f"{task.id} was lost and is asked again: {came.sentence}")
        else:
            self.tell(f"{task.id} was lost {self.retries.limit + 1} times and is left for another day: {came.sentence}")

    def _claims(self, bench: Bench, owner: str) -> Iterator[Task]:
        """Tasks that nobody has, each claimed as it is yielded."""
        done = bench.done(self.run.name)
        for task in self.tasks:
            if task.id in done:
                continue
            now = self.clock()
            if bench.claim(self.run.name, task.id, owner, now, now + owners.LEASE_S, owners.alive):
                yield task

    def _progress(self, bench: Bench, judged: Judged | None) -> Progress:
        """How far everybody is; the time left is guessed from the pace here."""
        done, passed = bench.counted(self.run.name)
        planned = len(self.run.tasks)
        pace = (self.clock() - self._started) / self._here if self._here else None
        return Progress(judged, done, planned, passed, None if pace is None else pace * (planned - done))
