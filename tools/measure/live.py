"""One candidate from the judge's side: a captured pipeline in its own process, asked for pictures, and ended.

Nothing that comes back is trusted beyond its shape: frames have limits, pixels are counted, logs are evidence.
"""

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ...knowledge.types import Failure
from . import ending, replies
from .reading import failure_of, gone, overdrawn, with_hint
from .worker import wire

_TO_BE_HEARD = 60.0


@dataclass(frozen=True)
class Limits:
    """What one candidate may take. Times are seconds, memory is megabytes; None is unbounded."""

    load_s: float = 180.0
    image_s: float = 300.0
    memory_mb: float | None = None
    file_mb: float = 256.0
    processes: int = 256
    disk_mb: float = 2048.0


@dataclass(frozen=True)
class Pictures:
    """uint8 RGB pixels of shape (n, height, width, 3), with the judge's own stopwatch and the runner's record."""

    pixels: bytes
    shape: tuple[int, int, int, int]
    seconds: float
    record: dict[str, Any]

    def __len__(self) -> int:
        return self.shape[0]

    def one(self, index: int) -> bytes:
        size = len(self.pixels) // max(1, self.shape[0])
        return self.pixels[index * size : (index + 1) * size]


class Keeper(Protocol):
    """Whoever started the process, and knows how it ended."""

    reduce: Callable[[Pictures], Pictures] | None

    def end(self, live: "Live") -> dict[str, Any]: ...

    def unseen(self, message: str) -> Path | None: ...


@dataclass
class Live:
    """One captured pipeline in its own process, waiting inside its call."""

    runner: Keeper
    pid: int
    inner: int
    """what the process is called in its own namespace"""
    channel: socket.socket
    folder: Path
    cache: Path
    script: str
    limits: Limits
    log_file: Path
    load_s: float = 0.0
    first_image_s: float = 0.0
    captured: dict[str, Any] = field(default_factory=dict[str, Any])
    overdrew: str = ""
    """what it took too much of, where it was ended for that: memory, processes or disk"""

    def pictures(
        self,
        prompts: list[str],
        seeds: list[int],
        labels: Sequence[int] = (),
        *,
        first: int = 0,
        deep: bool = False,
        precise: bool = False,
    ) -> Pictures | Failure:
        """Make one call, of prompts or of the classes that they caption. The clock runs until the last pixel is here.

        `first` is the number of the first picture, where a script that has several input images takes turns.
        """
        limit = self.limits.image_s * max(1, len(prompts) // 4) * (3 if deep else 1)
        started = time.monotonic()
        try:
            what = {"prompts": prompts, "seeds": seeds, "labels": list(labels), "first": first}
            self._ask({**what, "deep": deep, "precise": precise})
            header, pixels = replies.receive(self.channel, limit, len(prompts) * replies.LARGEST_PICTURE)
            seconds = time.monotonic() - started
            if header.get("op") != "pictures":
                return self.failed(header, "call", limit)
            made = Pictures(pixels, replies.shape_of(header, pixels, len(prompts)), seconds, header)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return self.failed(e, "call", limit)
        return made if self.runner.reduce is None else self.runner.reduce(made)

    def torch_trace(self, prompts: list[str], seeds: list[int], labels: Sequence[int] = ()) -> bytes | Failure:
        """One call under torch.profiler: the bytes of a Chrome trace."""
        limit = 5 * self.limits.image_s
        try:
            self._ask({"op": "profile", "prompts": prompts, "seeds": seeds, "labels": list(labels)})
            header, trace = replies.receive(self.channel, limit, wire.MAX_PAYLOAD)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return self.failed(e, "call", limit)
        return trace if header.get("op") == "trace" else self.failed(header, "call", limit)

    def _ask(self, what: dict[str, Any]) -> None:
        """Nobody has answered what was not asked yet, and nobody lets the judge wait for being heard."""
        wire.must_be_silent(self.channel)
        wire.send(self.channel, what, seconds=_TO_BE_HEARD)

    def failed(self, what: wire.Header | Exception, stage: str, limit: float) -> Failure:
        """End the process and say, as a value, what went wrong."""
        log = self.log()
        ended = self.close()
        if self.overdrew:
            return overdrawn(self.overdrew, stage, log, self.limits)
        if isinstance(what, dict):
            failure = failure_of(what, log, self.limits.memory_mb)
            return with_hint(failure, self.runner.unseen(failure.message))
        return gone(what, stage, limit, log, ended, self.limits.memory_mb)

    @property
    def gone(self) -> bool:
        """Was it closed? A failure closes it too."""
        return self.channel.fileno() < 0

    def log(self) -> str:
        """The last of what was printed."""
        return ending.tail(self.log_file, 4000)

    def close(self) -> dict[str, Any]:
        """Kill the process and everything it started; say how it had ended if it was already dead."""
        self.channel.close()
        ended = self.runner.end(self)
        ending.remove(self.folder)
        self.log_file.unlink(missing_ok=True)
        return ended
