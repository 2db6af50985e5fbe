"""The zygote as a process: started behind its walls, waited for, started anew with a wider view, and ended."""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...chat import keys
from ...errors import SetupError
from .. import ending, jobs
from ..worker import wire
from . import commands, layers, view
from .walls import Walls

BOOTSTRAP = view.WORKER / "bootstrap.py"
_OF_SELF = ("self", "cpuinfo", "meminfo", "stat", "version", "filesystems", "devices", "driver", "loadavg", "sys")
_DEVICES = ("null", "zero", "full", "random", "urandom")


class Warm:
    """The warm parent of a runner's candidates. `pid` is its number on this side of the walls."""

    def __init__(
        self, python: Path, models_home: Path, threads: int, scratch: Path, walls: Walls, memory_mb: float | None
    ) -> None:
        self.layers = layers.choose(walls.sandbox)
        self.scratch, self.walls, self.memory_mb = scratch, walls, memory_mb
        self.models_home, self.python = models_home.absolute(), python
        self.home = scratch / "home"
        for made in (self.home, scratch / "logs", scratch / "cache"):
            made.mkdir()
        self.environment = jobs.environment(self.home, models_home, threads)
        self.found = view.interpreter(python)
        self._start(walls.read)

    def _start(self, extra: Iterable[Path]) -> None:
        self.view = view.view_of(self.found, self.models_home, self.scratch, self.environment, extra)
        self.hello: dict[str, Any] = {}
        self.pid = 0
        self._container = f"diffagent-{os.getpid()}-{self.scratch.name}"
        if self.layers.around == "docker":
            self._start_in_docker()
            return
        self.control, theirs = socket.socketpair()
        try:
            self._popen(self._command(str(theirs.fileno())), self.environment, theirs)
        finally:
            theirs.close()

    def _start_in_docker(self) -> None:
        """A container shares no descriptors: the zygote calls at a socket in its scratch folder."""
        place = self.scratch / "judge.socket"
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(place))
            door.listen(1)
            door.settimeout(120.0)
            self._popen(self._command(str(place)), keys.without_keys(os.environ), None)
            try:
                self.control, _ = door.accept()
            except TimeoutError as e:
                ending.kill_tree(self.process.pid)
                raise self._silent(repr(e)) from e

    def _popen(self, command: list[str], environment: dict[str, str], passed: socket.socket | None) -> None:
        try:
            with (self.scratch / "zygote.log").open("wb") as log:
                self.process = subprocess.Popen(
                    command,
                    pass_fds=[passed.fileno()] if passed is not None else [],
                    env=environment,
                    cwd=self.home,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as e:
            raise SetupError(
                f"cannot start {self.python}: {e.strerror}; give the project's interpreter with --python"
            ) from e

    def _command(self, channel: str) -> list[str]:
        around = self.layers.around
        inner = [str(self.found.python), str(BOOTSTRAP), channel, around]
        if around == "bwrap":
            return commands.bubblewrap(shutil.which("bwrap") or "bwrap", self.view, inner, self.home)
        if around == "unshare":
            return commands.unshare(shutil.which("unshare") or "unshare", inner)
        if around == "docker":
            return commands.docker(
                shutil.which("docker") or "docker", self.view, inner, self.home, user=(os.getuid(), os.getgid()),
                environment=self.environment, memory_mb=self.memory_mb, name=self._container,
            )  # fmt: skip
        return inner

    def ready(self, seconds: float = 180.0) -> dict[str, Any]:
        """Wait until the libraries are imported. Raises SetupError where they cannot be."""
        if self.hello:
            return self.hello
        try:
            hello, _ = wire.receive(self.control, seconds)
        except (wire.Closed, wire.Late, wire.Malformed) as e:
            raise self._silent(repr(e)) from e
        if hello.get("op") != "ready":
            raise SetupError(f"{hello.get('message')}; install it there, or give another interpreter with --python")
        self.pid = self._on_this_side(int(hello["pid"]))
        self.hello = hello
        return hello

    def _silent(self, otherwise: str) -> SetupError:
        log = ending.tail(self.scratch / "zygote.log", 4000).strip().splitlines()
        return SetupError(f"the runner under {self.python} did not start: {log[-1] if log else otherwise}")

    def _on_this_side(self, inner: int) -> int:
        if self.layers.around == "docker":
            return _peer(self.control)
        return self._translated(self.process.pid, inner)

    def outer_pid(self, inner: int) -> int:
        """The number, on this side, of a child that the zygote calls `inner`."""
        return self._translated(self.pid, inner)

    def _translated(self, above: int, inner: int) -> int:
        if not self.layers.namespaces:
            return inner
        found = ending.named_inside(above, inner)
        if found is None:
            raise SetupError(f"the runner under {self.python} lost a process as it started; try again")
        return found

    def sees(self, wanted: Iterable[Path]) -> bool:
        """Is all of it visible already, or nothing hidden at all?"""
        return not self.layers.hides_files or all(self.view.shows(p) for p in wanted)

    def open_again(self, extra: Iterable[Path]) -> None:
        """Start anew with a view that holds `extra` too. Nothing may be alive."""
        fixed = self.layers.around in ("bwrap", "docker")
        if not fixed:  # the view is each candidate's own
            self.view = view.view_of(
                self.found, self.models_home, self.scratch, self.environment, [*self.walls.read, *extra]
            )
            return
        self.close()
        self._start([*self.walls.read, *extra])

    def job_walls(self, folder: Path, cache: Path) -> dict[str, Any]:
        """What a candidate is told to put on before it runs anything."""
        proc = [Path("/proc")] if self.layers.namespaces else [Path("/proc", name) for name in _OF_SELF]
        private = [Path("/dev/shm")] if self.layers.namespaces else []
        devices = [*(Path("/dev", name) for name in _DEVICES), *self.view.devices]
        return {
            "landlock": self.layers.landlock > 0,
            "seccomp": self.layers.seccomp,
            "unix_sockets": self.layers.around in ("bwrap", "docker"),
            "keep_metadata": self.layers.around not in ("bwrap", "docker"),
            "read": [str(p) for p in (*self.view.granted(), *proc)],
            "write": [str(p) for p in (folder, cache, *private)],
            "devices": [str(p) for p in devices],
            "processes": 1024 if self.layers.namespaces else None,
        }

    def job_environment(self) -> dict[str, str]:
        """Without shared memory of its own a candidate compiles in one process."""
        walled = self.layers.landlock > 0 and not self.layers.namespaces
        return {"TORCHINDUCTOR_COMPILE_THREADS": "1"} if walled else {}

    def forget_shared_memory(self) -> None:
        """Empty the runner's own /dev/shm, so that no candidate finds what another has left."""
        if self.layers.namespaces and self.pid:
            with contextlib.suppress(OSError):
                for item in Path(f"/proc/{self.pid}/root/dev/shm").iterdir():
                    if item.is_symlink() or not item.is_dir():
                        item.unlink(missing_ok=True)
                    else:
                        ending.remove(item)

    def close(self) -> None:
        """End the zygote and whatever still stands behind it."""
        if self.pid:
            ending.kill_tree(self.pid)
        ending.kill_tree(self.process.pid)
        self.process.wait()
        self.control.close()
        if self.layers.around == "docker":
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(["docker", "kill", self._container], capture_output=True, timeout=20, check=False)


def _peer(channel: socket.socket) -> int:
    """The process at the other end, by the kernel's word and in this side's numbers."""
    packed = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(packed[:4], "little")
