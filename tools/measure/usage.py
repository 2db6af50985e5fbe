"""What a process does while it is asked, and while it is not: read from outside, where it cannot lie."""

import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

Doubt = tuple[str, str]
"""the slug of a check, and the sentence to say"""
_SHARE, _LEAST_S = 0.25, 0.1
"""share of the time between calls, beyond the baseline's, and seconds of it, that are more than tidying up"""
_SCARCE = 0.2
"""processors that a working process gets at least, where several ask for one"""
_MORE = 1.3
"""times the baseline's processors that are more than it was given"""


@dataclass
class Usage:
    """Processor seconds of one process and all that it started, over the calls that are timed."""

    call_cpu_s: float = 0.0
    call_s: float = 0.0
    idle_cpu_s: float = 0.0
    idle_s: float = 0.0
    processors: int = 0
    """on which it may run, at the end"""

    @property
    def at_work(self) -> float:
        """Processors in use during a call."""
        return self.call_cpu_s / self.call_s if self.call_s > 0 else 0.0

    @property
    def at_rest(self) -> float:
        """Processors in use between calls."""
        return self.idle_cpu_s / self.idle_s if self.idle_s > 0 else 0.0


@dataclass
class Watch:
    """Watches one process from its creation on; every call is made inside `call()`."""

    pid: int
    clock: Callable[[], float] = time.monotonic
    usage: Usage = field(default_factory=Usage)

    def __post_init__(self) -> None:
        self._at = self._read()

    def _read(self) -> tuple[float, float]:
        return cpu_s(self.pid), self.clock()

    @contextmanager
    def call(self) -> Generator[None, None, None]:
        """What is spent inside is work; what was spent since the last call was not asked for."""
        begun = self._read()
        self.usage.idle_cpu_s += max(0.0, begun[0] - self._at[0])
        self.usage.idle_s += begun[1] - self._at[1]
        yield
        self._at = self._read()
        self.usage.call_cpu_s += max(0.0, self._at[0] - begun[0])
        self.usage.call_s += self._at[1] - begun[1]
        self.usage.processors = max(self.usage.processors, _processors(self.pid))


def rested(
    pid: int, settling_s: float = 0.4, watched_s: float = 1.0, sleep: Callable[[float], None] = time.sleep
) -> Usage:
    """A while in which nothing is asked, after threads that wait for more have stopped spinning."""
    sleep(settling_s)
    watch = Watch(pid)
    sleep(watched_s)
    with watch.call():
        return Usage(idle_cpu_s=watch.usage.idle_cpu_s, idle_s=watch.usage.idle_s)


def cpu_s(pid: int) -> float:
    """Processor seconds of a process, of its descendants, and of those that have ended."""
    seconds = 0.0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        own = root.cpu_times()
        seconds = own.user + own.system + own.children_user + own.children_system
        for one in root.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                spent = one.cpu_times()
                seconds += spent.user + spent.system
    return seconds


def _processors(pid: int) -> int:
    try:
        return len(psutil.Process(pid).cpu_affinity() or ())
    except (psutil.Error, AttributeError):  # some systems pin nothing
        return 0


def doubts(before: Sequence[Usage], after: Sequence[Usage]) -> list[Doubt]:
    """What the candidate did beyond the baseline in the same sitting. Pure."""
    was, now = total(before), total(after)
    found: list[Doubt] = []
    extra = now.idle_cpu_s - was.at_rest * now.idle_s
    had = min(1.0, max(was.at_work, now.at_work, _SCARCE))  # on a busy machine even who works gets little
    if extra > _LEAST_S and extra > _SHARE * had * now.idle_s:
        said = f"its processes worked {now.idle_cpu_s:.1f} s in the {now.idle_s:.1f} s in which nothing was asked"
        found.append(("idle", f"{said}: for the next call, or against the baseline's"))
    if now.processors > was.processors > 0:
        said = f"it may run on {now.processors} processors, and was given {was.processors}"
        found.append(("processors", said))
    elif now.at_work > _MORE * max(1.0, was.at_work) and now.call_cpu_s > _LEAST_S:
        said = f"its calls kept {now.at_work:.1f} processors busy, the baseline's {was.at_work:.1f}"
        found.append(("processors", said))
    return found


def total(many: Sequence[Usage]) -> Usage:
    """Over several processes of one side."""
    whole = Usage()
    for one in many:
        whole.call_cpu_s += one.call_cpu_s
        whole.call_s += one.call_s
        whole.idle_cpu_s += one.idle_cpu_s
        whole.idle_s += one.idle_s
        whole.processors = max(whole.processors, one.processors)
    return whole
