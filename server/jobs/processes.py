"""The processes of jobs: each its own, in a session of its own, so that it outlives who started it."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ...bench.running import owners
from ...tools.measure.runner import kill_tree

GRACE_S = 2.5
"""for a job that is ended to stop by itself, before its processes are killed"""
LOG_TAIL = 800
"""bytes of a dead process's last words"""


@dataclass
class Processes:
    """Those that this process has started, and must reap."""

    started: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])

    def start(self, home: Path, id: str) -> str:
        """Start the process of a job; returns it as an owner."""
        folder = home / "jobs" / id
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log.txt").open("ab") as log:
            self.started[id] = subprocess.Popen(
                [sys.executable, "-m", "diffagent_mcp", "job-run", id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "DIFFAGENT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            )
        return owners.owner(self.started[id].pid)

    def alive(self, id: str, owner: str) -> bool:
        """Is a process at this job? `owner` is who is said to be."""
        child = self.started.get(id)
        if child is not None and child.poll() is not None:
            return False
        return owners.alive(owner)

    def end(self, id: str, owner: str) -> None:
        """End the process of a job and all its descendants, whoever started it."""
        child = self.started.get(id)
        if child is not None and child.poll() is None:
            _end(child.pid)
        elif owner and owner != owners.owner() and self.alive(id, owner):
            _end(int(owner.split("/")[1]))

    def end_all(self) -> None:
        """End every process that was started here."""
        for child in self.started.values():
            if child.poll() is None:
                _end(child.pid)


def log_of(home: Path, id: str) -> str:
    """The end of what a job's process wrote; empty where it wrote nothing."""
    try:
        return (home / "jobs" / id / "log.txt").read_bytes()[-LOG_TAIL:].decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _end(pid: int) -> None:
    """End a process and all its descendants: asked first, then killed."""
    try:
        root = psutil.Process(pid)
        family = root.children(recursive=True)
        root.terminate()
    except psutil.NoSuchProcess:
        return
    psutil.wait_procs([root], timeout=GRACE_S)
    for member in (root, *family):
        if member.is_running():
            kill_tree(member.pid)
