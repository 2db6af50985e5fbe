"""Jobs from the outside: start one, look at it, cancel it, go on with it, apply what it found."""

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil

from ...bench.running import owners
from ...knowledge.types import Record
from ...tools import textfile
from ...tools.errors import UsageError
from ...tools.measure.judge import sha
from ...tools.measure.runner import kill_tree
from ...tools.store import jobs
from ...tools.store.store import Store
from ..settings import Settings
from .ask import Ask, Found
from .points import Point, together

GRACE_S = 2.5
"""for a cancelled job to end by itself, before its processes are killed"""
LOG_TAIL = 800
State = Literal["starting", "running", "parked", "done", "failed", "cancelled"]
"""parked: its process died; what it measured is kept, and it can go on"""


class View(Record):
    """A job as it stands now."""

    id: str
    ask: Ask
    state: State
    said: tuple[str, ...]
    count: int
    """sentences so far"""
    found: Found | None = None

    @property
    def name(self) -> str:
        """The script's file, without its folder."""
        return Path(self.ask.path).name

    @property
    def diff(self) -> str:
        """What its code changes; empty where there is none."""
        return self.found.diff if self.found is not None else ""


@dataclass
class Jobs:
    """The jobs of one home. Every call opens the store anew, so that it may be made from any thread."""

    settings: Settings
    started: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])
    """processes that this one has started, and must reap"""

    @property
    def home(self) -> Path:
        return self.settings.home.absolute()

    def start(self, ask: Ask) -> str:
        """The id of the new job; of the one that is at the very same, where there is one."""
        store, body = self._store(), ask.model_dump_json()
        if (same := next((j for j in jobs.alike(store, body) if self._alive(j)), None)) is not None:
            return same.id
        id = uuid.uuid4().hex[:8]
        jobs.add(store, id, ask.kind, body, owners.owner())
        self._spawn(id)
        return id

    def look(self, id: str) -> View:
        """How it stands. Raises UsageError where there is no such job."""
        store = self._store()
        return self._view(store, self._job(store, id))

    def points(self, id: str) -> tuple[Point, ...]:
        """The candidates of a search so far. Raises UsageError where there is no such job."""
        store, view = self._store(), self.look(id)
        winner = view.found.winner if view.found is not None else None
        return together(map(Point.model_validate_json, jobs.points(store, id)), winner)

    def marks(self) -> dict[str, tuple[str, int]]:
        """State and number of sentences of the latest jobs, to see which have changed; a dead one is parked."""
        store = self._store()

        def now(id: str, state: State) -> State:
            return self._view(store, self._job(store, id)).state if state in jobs.OPEN else state

        return {id: (now(id, state), said) for id, (state, said) in jobs.marks(store).items()}

    def latest(self) -> str:
        """The id of the job that was asked last. Raises UsageError where there is none."""
        found = jobs.latest(self._store(), 1)
        if not found:
            raise UsageError("there is no job yet: optimize, evaluate, profile and debug start one")
        return found[0].id

    def cancel(self, id: str) -> View:
        """End it with all its processes. One that has ended stays as it is."""
        store = self._store()
        self._job(store, id)
        if jobs.cancel(store, id):
            job, child = self._job(store, id), self.started.get(id)
            if child is not None and child.poll() is None:
                _end(child.pid)
            elif self._alive(job) and job.owner != owners.owner():
                _end(int(job.owner.split("/")[1]))
        return self.look(id)

    def resume(self, id: str) -> View:
        """Go on with a job whose process has died. Raises UsageError for one that has ended."""
        store = self._store()
        view = self._view(store, self._job(store, id))
        if view.state != "parked":
            raise UsageError(f"job {id} is {view.state}: only a parked job can go on; start a new one")
        if jobs.again(store, id, owners.owner(), self._alive):
            self._spawn(id)
        return self.look(id)

    def appliable(self, id: str, folders: tuple[Path, ...]) -> View:
        """A job whose code may be written over its script, which lies in one of the folders and is as it was read.

        Raises UsageError where it may not.
        """
        view = self.look(id)
        if view.found is None or view.found.code is None or not view.found.diff:
            raise UsageError(f"job {id} is {view.state} and has no code to apply")
        path = Path(view.ask.path)
        if not any(path.resolve().is_relative_to(folder) for folder in folders):
            raise UsageError(f"the script of job {id} is no file of this workspace: use the job's code")
        if sha(textfile.read(path).text) != view.ask.source:
            raise UsageError(f"{path.name} has changed since job {id} read it: start a new job for the new text")
        return view

    def apply(self, id: str, folders: tuple[Path, ...], shown: str) -> None:
        """Write the code of a finished job over its script; a copy stays in `NAME.orig`.

        `shown` is the mark of the diff that was shown. Raises UsageError where it is another, or may not be written.
        """
        view = self.appliable(id, folders)
        assert view.found is not None and view.found.code is not None
        if shown != mark(view.found):
            raise UsageError(f"shown={shown[:40]} is not the mark of this diff, which is {mark(view.found)}")
        file = textfile.read(Path(view.ask.path))
        textfile.keep_original(file.path)
        textfile.write(file.path, file.filled(view.found.code), file.encoding)

    def log(self, id: str) -> str:
        """The end of what a job's process wrote, for one that died."""
        try:
            return (self.home / "jobs" / id / "log.txt").read_bytes()[-LOG_TAIL:].decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def _spawn(self, id: str) -> None:
        folder = self.home / "jobs" / id
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log.txt").open("ab") as log:
            self.started[id] = subprocess.Popen(
                [sys.executable, "-m", "diffagent_mcp", "job-run", id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "DIFFAGENT_HOME": str(self.home), "PYTHONUNBUFFERED": "1"},
            )

    def _alive(self, job: jobs.Job) -> bool:
        child = self.started.get(job.id)
        if child is not None and child.poll() is not None:
            return False
        return owners.alive(job.owner)

    def _store(self) -> Store:
        return Store(self.home / "store.sqlite")

    def _job(self, store: Store, id: str) -> jobs.Job:
        job = jobs.find(store, id)
        if job is None:
            known = ", ".join(j.id for j in jobs.latest(store)) or "there are none yet"
            raise UsageError(f"there is no job {id[:40]}; the latest are: {known}")
        return job

    def _view(self, store: Store, job: jobs.Job) -> View:
        state: State = job.state
        if state in jobs.OPEN and not self._alive(job):
            job = jobs.find(store, job.id) or job  # it may have ended between the two looks
            state = "parked" if job.state in jobs.OPEN else job.state
        said = jobs.said(store, job.id)
        return View(
            id=job.id,
            ask=Ask.model_validate_json(job.ask),
            state=state,
            said=tuple(s.sentence for s in said),
            count=said[-1].number if said else 0,
            found=Found.model_validate_json(job.outcome) if job.outcome else None,
        )


def mark(found: Found) -> str:
    """Eight digits of a diff: who names them has seen it."""
    return sha(found.diff)[:8]


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
