"""The judge's side of the runner: start the zygote, ask for candidates, ask them for pictures, end them.

Nothing that comes back is trusted beyond its shape: frames have limits, pixels are counted, logs are evidence.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ...knowledge.types import Failure
from ..errors import SetupError
from . import jobs, scratch
from .reading import failure_of, gone
from .worker import wire

BOOTSTRAP = Path(__file__).parent / "worker" / "bootstrap.py"


@dataclass(frozen=True)
class Limits:
    """What one candidate may take. Times are seconds, memory is megabytes; None is unbounded."""

    load_s: float = 180.0
    image_s: float = 300.0
    memory_mb: float | None = None
    file_mb: float = 256.0


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


@dataclass
class Live:
    """One captured pipeline in its own process, waiting inside its call."""

    runner: "Runner"
    pid: int
    channel: socket.socket
    folder: Path
    script: str
    limits: Limits
    load_s: float = 0.0
    first_image_s: float = 0.0
    captured: dict[str, Any] = field(default_factory=dict[str, Any])

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
            wire.send(self.channel, {**what, "deep": deep, "precise": precise})
            header, pixels = wire.receive(self.channel, limit)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return self.failed(e, "call", limit)
        seconds = time.monotonic() - started
        if header.get("op") != "pictures":
            return self.failed(header, "call", limit)
        made = _pictures(header, pixels, seconds, len(prompts))
        if made is None:
            return self.failed(wire.Malformed(f"not {len(prompts)} whole pictures"), "call", limit)
        return made if self.runner.reduce is None else self.runner.reduce(made)

    def torch_trace(self, prompts: list[str], seeds: list[int], labels: Sequence[int] = ()) -> bytes | Failure:
        """One call under torch.profiler: the bytes of a Chrome trace."""
        limit = 5 * self.limits.image_s
        try:
            wire.send(self.channel, {"op": "profile", "prompts": prompts, "seeds": seeds, "labels": list(labels)})
            header, trace = wire.receive(self.channel, limit)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return self.failed(e, "call", limit)
        return trace if header.get("op") == "trace" else self.failed(header, "call", limit)

    def failed(self, what: wire.Header | Exception, stage: str, limit: float) -> Failure:
        """End the process and say, as a value, what went wrong."""
        log = self.log()
        if isinstance(what, dict):
            self.close()
            return failure_of(what, log, self.limits.memory_mb)
        ended = self.close()
        return gone(what, stage, limit, log, ended, self.limits.memory_mb)

    def log(self) -> str:
        with contextlib.suppress(OSError), (self.folder / ".log").open("rb") as f:
            f.seek(max(0, (self.folder / ".log").stat().st_size - 4000))
            return f.read().decode(errors="replace")
        return ""

    def close(self) -> dict[str, Any]:
        """Kill the process and everything it started; say how it had ended if it was already dead."""
        self.channel.close()
        kill_tree(self.pid)
        ended = self.runner.reap(self.pid)
        self.runner.living.discard(self.pid)
        shutil.rmtree(self.folder, ignore_errors=True)
        return ended


def _pictures(header: dict[str, Any], pixels: bytes, seconds: float, wanted: int) -> Pictures | None:
    shape = header.get("shape")
    if not (isinstance(shape, list) and len(shape) == 4 and all(isinstance(n, int) and n > 0 for n in shape)):
        return None
    n, height, width, channels = shape
    if n != wanted or min(height, width) < 8 or channels != 3 or len(pixels) != n * height * width * channels:
        return None
    return Pictures(pixels=pixels, shape=(n, height, width, channels), seconds=seconds, record=header)


def kill_tree(pid: int) -> None:
    """SIGKILL to the process group and to every descendant that left it."""
    try:
        family = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [p.pid for p in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []


class Runner:
    """The warm parent under the project's interpreter, and the candidates forked from it."""

    def __init__(
        self, python: Path, models_home: Path, threads: int = 1, limits: Limits | None = None, lane: int = 0
    ) -> None:
        self.python = python
        self.threads = threads
        self.lane = lane
        self._control = threading.Lock()  # candidates that draw side by side may end at the same time
        self.limits = limits or Limits()
        self.reduce: Callable[[Pictures], Pictures] | None = None
        """what is done to pictures once the clock has stopped, before anybody scores or keeps them"""
        self.living: set[int] = set()
        self.scratch = scratch.new(os.getpid())
        self.control, theirs = socket.socketpair()
        home = self.scratch / "home"
        home.mkdir()
        try:
            self.process = subprocess.Popen(
                [str(python), str(BOOTSTRAP), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=jobs.environment(home, models_home, threads),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=(self.scratch / "zygote.log").open("wb"),
                start_new_session=True,
            )
        except OSError as e:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise SetupError(
                f"cannot start {python}: {e.strerror}; give the project's interpreter with --python"
            ) from e
        finally:
            theirs.close()
        self.hello: dict[str, Any] = {}

    def ready(self, seconds: float = 180.0) -> dict[str, Any]:
        """Wait until the libraries are imported; says versions and whether the network is cut."""
        if self.hello:
            return self.hello
        try:
            hello, _ = wire.receive(self.control, seconds)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            log = (self.scratch / "zygote.log").read_text(errors="replace").strip().splitlines()
            self.close()
            raise SetupError(f"the runner under {self.python} did not start: {log[-1] if log else e!r}") from e
        if hello.get("op") != "ready":
            self.close()
            raise SetupError(f"{hello.get('message')}; install it there, or give another interpreter with --python")
        self.hello = hello
        return hello

    def device(self) -> dict[str, Any]:
        """What torch can compute on, asked in a child of the zygote."""
        live = self._spawn({"probe": True}, self._folder())
        try:
            header, _ = wire.receive(live.channel, 120.0)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            raise SetupError(f"torch under {self.python} did not answer: {live.log()[-300:] or e!r}") from e
        finally:
            live.close()
        return header

    def start(self, job: dict[str, Any], source: Path, limits: Limits | None = None, lane: int = 0) -> Live | Failure:
        """Run a script until its pipeline call. `job` holds code, script, arguments, pipeline_class, sites.

        `lane` counts from the runner's own: candidates on other lanes keep to other processors.
        """
        limits = limits or self.limits
        self.ready()
        folder = self._folder()
        jobs.shadow(source, folder)
        (folder / job["script"]).write_text(job["code"])
        started = time.monotonic()
        live = self._spawn({**job, "memory_mb": limits.memory_mb, "file_mb": limits.file_mb}, folder, limits, lane)
        try:
            header, _ = wire.receive(live.channel, limits.load_s)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return live.failed(e, "load", limits.load_s)
        if header.get("op") != "captured":
            return live.failed(header, "load", limits.load_s)
        live.load_s = time.monotonic() - started
        live.captured = header
        return live

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="job-", dir=self.scratch))

    def _spawn(self, job: dict[str, Any], folder: Path, limits: Limits | None = None, lane: int = 0) -> Live:
        self.ready()
        ours, theirs = socket.socketpair()
        cpus = jobs.cpus(self.threads, self.lane + lane)
        with self._control:
            wire.send(
                self.control,
                {"op": "spawn", "folder": str(folder), "threads": self.threads, "cpus": cpus, **job},
            )
            socket.send_fds(self.control, [b"x"], [theirs.fileno()])
            theirs.close()
            answer, _ = wire.receive(self.control, 60.0)
        self.living.add(answer["pid"])
        return Live(self, answer["pid"], ours, folder, job.get("script", ""), limits or self.limits)

    def reap(self, pid: int) -> dict[str, Any]:
        """How a candidate ended. What it left behind is the zygote's by now, and is killed too."""
        strays = [p for p in _children(self.process.pid) if p not in self.living]
        for stray in strays:
            kill_tree(stray)
        try:
            with self._control:
                wire.send(self.control, {"op": "reap", "pid": pid, "strays": strays})
                answer, _ = wire.receive(self.control, 10.0)
        except (wire.Closed, wire.Late, wire.Malformed):
            return {}
        return answer

    def close(self) -> None:
        """End every process of this runner and remove its scratch folder."""
        for pid in list(self.living):
            kill_tree(pid)
        kill_tree(self.process.pid)
        self.process.wait()
        self.control.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
