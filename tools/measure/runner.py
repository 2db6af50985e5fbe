"""The judge's side of the runner: start the zygote behind walls, ask for candidates, watch them, end them."""

import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...knowledge.types import Failure
from ..errors import SetupError
from . import ending, jobs, replies, scratch
from .ending import kill_tree
from .live import Limits, Live, Pictures
from .sandbox import reads
from .sandbox.view import SECRETS_OF_HUB
from .sandbox.walls import Walls
from .sandbox.warm import Warm
from .sandbox.watch import Watch
from .worker import wire

__all__ = ["Limits", "Live", "Pictures", "Runner", "kill_tree"]


class Runner:
    """The warm parent under the project's interpreter, and the candidates forked from it."""

    def __init__(
        self,
        python: Path,
        models_home: Path,
        threads: int = 1,
        limits: Limits | None = None,
        lane: int = 0,
        walls: Walls | None = None,
    ) -> None:
        self.python = python
        self.threads = threads
        self.lane = lane
        self._control = threading.Lock()  # candidates that draw side by side may end at the same time
        self.limits = limits or Limits()
        self.reduce: Callable[[Pictures], Pictures] | None = None
        """what is done to pictures once the clock has stopped, before anybody scores or keeps them"""
        self.walls = (walls or Walls()).guarding(*(models_home / name for name in SECRETS_OF_HUB))
        self.lives: dict[int, Live] = {}
        self.scratch = scratch.new(os.getpid())
        try:
            self.warm = Warm(python, models_home, threads, self.scratch, self.walls, self.limits.memory_mb)
        except SetupError:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        self.watch = Watch(self.lives, lambda: ending.own_memory(self.warm.pid))

    @property
    def living(self) -> set[int]:
        """The candidates' processes."""
        return set(self.lives)

    @property
    def process(self) -> Any:
        """The process that holds all others."""
        return self.warm.process

    @property
    def hello(self) -> dict[str, Any]:
        """What the zygote said once it was ready."""
        return self.warm.hello

    @property
    def sandbox(self) -> str:
        """The walls in one line."""
        return self.warm.layers.words(str(self.hello.get("network", "")))

    def ready(self, seconds: float = 180.0) -> dict[str, Any]:
        """Wait until the libraries are imported; says versions and whether the network is cut."""
        try:
            return self.warm.ready(seconds)
        except SetupError:
            self.close()
            raise

    def device(self) -> dict[str, Any]:
        """What torch can compute on, asked in a child of the zygote."""
        live = self._spawn({"probe": True}, self._folder(), self.limits)
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
        self._show(source)
        folder = self._folder()
        jobs.shadow(source, folder, self._may_link)
        jobs.write_script(folder, job["script"], job["code"])
        started = time.monotonic()
        live = self._spawn({**job, "memory_mb": limits.memory_mb, "file_mb": limits.file_mb}, folder, limits, lane)
        try:
            header, _ = replies.receive(live.channel, limits.load_s)
            if header.get("op") != "captured":
                return live.failed(header, "load", limits.load_s)
            live.captured = replies.captured(header)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            return live.failed(e, "load", limits.load_s)
        live.load_s = time.monotonic() - started
        return live

    def _show(self, source: Path) -> None:
        """Let the zygote see what this script may read; another script's zygote is started anew where none is alive."""
        wanted = reads.of_file(source, self.walls)
        if not self.lives and not self.warm.sees(wanted):
            self.warm.open_again(wanted)
        self.ready()

    def _may_link(self, end: Path) -> bool:
        return not self.warm.layers.hides_files or self.warm.view.shows(end)

    def unseen(self, message: str) -> Path | None:
        """A folder of which a failure speaks, and which is there but not for the script."""
        if not self.warm.layers.hides_files:
            return None
        return reads.unseen(message, self.warm.view, self.walls.guarded)

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="job-", dir=self.scratch))

    def _spawn(self, job: dict[str, Any], folder: Path, limits: Limits, lane: int = 0) -> Live:
        self.ready()
        ours, theirs = socket.socketpair()
        cache = self.scratch / "cache" / jobs.digest(str(job.get("code", "")))
        log = self.scratch / "logs" / folder.name
        log.touch(mode=0o600)
        told = {
            "op": "spawn",
            "folder": str(folder),
            "log": str(log),
            "threads": self.threads,
            "cpus": jobs.cpus(self.threads, self.lane + lane),
            "environment": {**jobs.own_environment(folder, cache), **self.warm.job_environment()},
            "walls": self.warm.job_walls(folder, cache),
            **job,
        }
        with self._control, theirs:
            try:
                wire.send(self.warm.control, told)
                socket.send_fds(self.warm.control, [b"x"], [theirs.fileno()])
                answer, _ = wire.receive(self.warm.control, 60.0)
            except (wire.Closed, wire.Late, wire.Malformed, OSError) as e:
                ours.close()
                raise SetupError(f"the runner's process has ended ({e!r}); run the same command again") from e
        inner = int(answer["pid"])
        live = Live(self, self.warm.outer_pid(inner), inner, ours, folder, cache, job.get("script", ""), limits, log)
        self.lives[live.pid] = live
        return live

    def end(self, live: Live) -> dict[str, Any]:
        """Kill a candidate and everything it started; say how it ended, if it was dead already."""
        kill_tree(live.pid)
        ended = self.reap(live.inner)
        self.lives.pop(live.pid, None)
        self.warm.forget_shared_memory()
        return ended

    def reap(self, inner: int) -> dict[str, Any]:
        """How a candidate ended. What it left behind is the zygote's by now, and is killed too."""
        try:
            ended = self._asked_to_reap(inner, [])
            for _ in range(20):
                strays = [p.pid for p in ending.children(self.warm.pid) if p.pid not in self.lives]
                if not strays:
                    break
                inside = [i for p in strays if (i := ending.inner_pid(p)) is not None]
                for stray in strays:
                    kill_tree(stray)
                self._asked_to_reap(None, inside)
        except (wire.Closed, wire.Late, wire.Malformed):
            return {}
        return ended

    def _asked_to_reap(self, pid: int | None, strays: list[int]) -> dict[str, Any]:
        with self._control:
            wire.send(self.warm.control, {"op": "reap", "pid": pid, "strays": strays})
            answer, _ = wire.receive(self.warm.control, 10.0)
        return answer

    def close(self) -> None:
        """End every process of this runner and remove its scratch folder."""
        self.watch.close()
        for pid in list(self.lives):
            kill_tree(pid)
        self.warm.close()
        ending.remove(self.scratch)
