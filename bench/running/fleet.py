"""Nodes of a cluster as an executor: one leased device a worker. The driver alone writes the store.

A node is asked for one task at a time; who is free gets the next. Devices of another kind, other libraries or another
version are set aside, so that a run holds verdicts of one environment only. What a lost node had is asked again.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...knowledge.types import Environment, Task, Threshold
from ...tools.errors import SetupError
from .executor import Came, Done, Lost
from .parcels import Brief, Hello, answered, packed

_JOIN_S = 60.0
"""how long the first node that answers waits for the others, before what the run's environment is, is decided"""
_GREETINGS = 3
"""who goes so often before saying who it is cannot start at all"""


class Gone(Exception):
    """The node that had a question is no longer there."""


class Lines(Protocol):
    """How nodes are reached. `Rays` in earnest."""

    def seats(self) -> Sequence[int]:
        """Numbers of all workers that were asked for, whether they are there yet or not."""
        ...

    def ask(self, seat: int, method: str, *given: object) -> Hashable:
        """Put a question; the answer is fetched by what is returned."""
        ...

    def wait(self, asked: Sequence[Hashable], timeout_s: float) -> Sequence[Hashable]:
        """Those that have an answer; waits for the first."""
        ...

    def answer(self, asked: Hashable) -> Any:
        """What was said. Raises Gone."""
        ...

    def share(self, raw: bytes) -> object:
        """Something to give with questions, sent to each node once."""
        ...

    def replace(self, seat: int) -> None:
        """Give up whoever sat there; somebody new comes as soon as there is a device."""
        ...

    def close(self) -> None:
        """Give every device back."""
        ...


@dataclass(frozen=True)
class _Asked:
    seat: int
    task: Task | None
    """None: it was asked who it is"""


@dataclass
class Fleet:
    """The nodes of one command. `open` it, give it the run's brief, and it is an executor."""

    lines: Lines
    tell: Callable[[str], None]
    patience_s: float = 900.0
    """how long a run waits with no device at all"""
    clock: Callable[[], float] = time.monotonic
    hellos: dict[int, Hello] = field(default_factory=dict[int, Hello])
    _idle: deque[int] = field(default_factory=deque[int])
    _asked: dict[Hashable, _Asked] = field(default_factory=dict[Hashable, _Asked])
    _chosen: Environment | None = None
    _parcel: tuple[str, object] = ("", None)
    _unseen: Counter[int] = field(default_factory=Counter[int])
    _empty_since: float | None = None

    # before a run

    def open(self) -> None:
        """Ask every node who it is, and choose the environment that most of them have. Raises SetupError."""
        for seat in self.lines.seats():
            self._greet(seat)
        first, began = None, self.clock()
        while self._asked:
            for asked in self.lines.wait(list(self._asked), 5.0):
                self._heard(asked)
            now = self.clock()
            first = first if first is not None or not self._fit() else now
            if (first is not None and now - first > _JOIN_S) or now - began > self.patience_s:
                break
        if not self._fit():
            raise SetupError(self._why_nobody())
        alike = Counter(e.fingerprint() for e in self._fit().values())
        chosen = alike.most_common(1)[0][0]
        self._chosen = next(e for e in self._fit().values() if e.fingerprint() == chosen)
        for seat in sorted(self.hellos):
            self._admit(seat)

    @property
    def environment(self) -> Environment:
        """What every verdict of the run is measured in."""
        assert self._chosen is not None, "open() comes first"
        return self._chosen

    def threshold(self, task: Task) -> Threshold:
        """Stage 2's bound of a task's pipeline, measured by a node. Raises SetupError."""
        if not self._idle:
            raise SetupError("no device is free to measure a bound on; run the same command again")
        asked = self.lines.ask(self._idle[0], "threshold", task.model_dump_json())
        while not self.lines.wait([asked], 60.0):
            pass
        try:
            found, complaint = self.lines.answer(asked)
        except Gone as e:
            raise SetupError("the node that measured a bound of stage 2 is lost; run the same command again") from e
        if complaint:
            raise SetupError(complaint)
        return Threshold.model_validate_json(found)

    def briefed(self, brief: Brief) -> "Fleet":
        """Ready for a run: what it is about goes to each node once, named by its content."""
        name, raw = packed(brief)
        self._parcel = (name, self.lines.share(raw))
        return self

    # the executor

    def places(self) -> int:
        return len(self._idle) + sum(a.task is not None for a in self._asked.values())

    def submit(self, task: Task) -> None:
        seat = self._idle.popleft()
        name, parcel = self._parcel
        self._asked[self.lines.ask(seat, "judge", task.id, name, parcel)] = _Asked(seat, task)

    def finished(self, timeout_s: float) -> Sequence[Came]:
        """What came. Raises SetupError where no device has been there for long."""
        self._anybody()
        if not self._asked:
            return ()
        found = [self._heard(asked) for asked in self.lines.wait(list(self._asked), timeout_s)]
        return [came for came in found if came is not None]

    def hang_up(self) -> None:
        self.lines.close()

    def close(self) -> None:
        self.lines.close()

    # nodes

    def _greet(self, seat: int) -> None:
        self._asked[self.lines.ask(seat, "hello")] = _Asked(seat, None)

    def _heard(self, asked: Hashable) -> Came | None:
        was = self._asked.pop(asked)
        try:
            said = self.lines.answer(asked)
        except Gone as e:
            return self._gone(was, str(e))
        if was.task is None:
            self._unseen[was.seat] = 0
            self.hellos[was.seat] = Hello.model_validate_json(said)
            if self._chosen is not None:
                self._admit(was.seat)
            return None
        found = answered(was.task.id, self.environment.fingerprint(), said)
        if isinstance(found, Done):
            self._idle.append(was.seat)
            return found
        self.tell(f"device {was.seat} is set aside: {found}")
        return Lost(was.task.id, found)

    def _gone(self, was: _Asked, why: str) -> Came | None:
        """Whoever comes back to the seat, perhaps on another node, is asked who it is before it works."""
        self.hellos.pop(was.seat, None)
        self._unseen[was.seat] += was.task is None
        if self._unseen[was.seat] < _GREETINGS:
            self.lines.replace(was.seat)
            self._greet(was.seat)
        return Lost(was.task.id, f"its node is gone ({why})") if was.task is not None else None

    def _fit(self) -> dict[int, Environment]:
        """Who could work, and in what environment."""
        return {n: h.environment for n, h in self.hellos.items() if h.environment is not None and h.complaint is None}

    def _admit(self, seat: int) -> None:
        """Let a node work, unless its verdicts would be of another run."""
        hello, found = self.hellos[seat], self._fit().get(seat)
        if found == self.environment:
            self._idle.append(seat)
            return
        why = hello.complaint or "it does not say what it is"
        if found is not None:
            here, there = self.environment.device.name, found.device.name
            why = f"this run is of {here}, it is {there}; kinds of devices are never mixed"
            if found.device == self.environment.device:
                why = "its libraries or models are others than this run's"
        self.tell(f"device {seat} on {hello.host} is set aside: {why}")

    def _anybody(self) -> None:
        """Is there a device, or the hope of one?"""
        if self.places():
            self._empty_since = None
            return
        since = self._empty_since = self.clock() if self._empty_since is None else self._empty_since
        if not self._asked or self.clock() - since > self.patience_s:
            raise SetupError(
                f"{self._why_nobody()}; what was judged is kept, and the same command goes on when there are devices"
            )

    def _why_nobody(self) -> str:
        complaints = [h.complaint for h in self.hellos.values() if h.complaint is not None]
        return f"no device of the cluster can work on this run{f' ({complaints[0]})' if complaints else ''}"
