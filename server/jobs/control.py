"""Jobs from the outside: start one, look at it, cancel it, go on with it, apply what it found."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...bench.running import owners
from ...knowledge.types import Record
from ...tools import textfile
from ...tools.errors import UsageError
from ...tools.script.source import fingerprint
from ...tools.store import jobs
from ...tools.store.store import Store
from ..settings import Settings
from . import codes
from .ask import Ask, Found
from .points import Point, together
from .processes import Processes, log_of

State = Literal["waiting", "starting", "running", "parked", "done", "failed", "cancelled"]
"""waiting: others of the same person come first; parked: its process died, what it measured is kept, it can go on"""


class View(Record):
    """A job as it stands now."""

    id: str
    ask: Ask
    state: State
    said: tuple[str, ...]
    count: int
    """sentences so far"""
    ahead: tuple[str, ...] = ()
    """jobs that come first, where it waits"""
    found: Found | None = None

    @property
    def ended(self) -> bool:
        """Is nothing to be waited for any more? A parked one goes on only when it is told to."""
        return self.state not in jobs.UNENDED

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
    """The jobs of one person in one home. Every call opens the store anew, so that it may be made from any thread."""

    settings: Settings
    user: str = ""
    """whose jobs: a name where a server is shared, nobody's on one's own machine"""
    processes: Processes = field(default_factory=Processes)
    """those that this server has started; shared between the people it serves"""

    @property
    def home(self) -> Path:
        return self.settings.home.absolute()

    def start(self, ask: Ask) -> str:
        """The id of the new job; of the one that is at the very same, where there is one."""
        store, body = self._store(), ask.model_dump_json()
        alike = jobs.alike(store, body, self.user)
        if (same := next((j for j in alike if j.state == "waiting" or self._alive(j)), None)) is not None:
            return same.id
        id = uuid.uuid4().hex[:8]
        jobs.add(store, id, ask.kind, body, self.user)
        self._admit(store)
        return id

    def look(self, id: str) -> View:
        """How it stands. Raises UsageError where there is no such job."""
        store = self._store()
        self._admit(store)
        return self._view(store, self._job(store, id))

    def latest(self) -> str:
        """The id of the job that was asked last. Raises UsageError where there is none."""
        found = jobs.latest(self._store(), self.user, 1)
        if not found:
            raise UsageError("there is no job yet: optimize, evaluate, profile and debug start one")
        return found[0].id

    def asked(self, most: int = 20) -> tuple[View, ...]:
        """The jobs that were asked last, the latest first."""
        return tuple(view for view, _ in self.rows(most))

    def rows(self, most: int = 20) -> tuple[tuple[View, jobs.Job], ...]:
        """The same, each with its row: when it was asked, and when it changed."""
        store = self._store()
        return tuple((self._view(store, job), job) for job in jobs.latest(store, self.user, most))

    def row(self, id: str) -> tuple[View, jobs.Job]:
        """One of them. Raises UsageError where there is no such job."""
        store = self._store()
        job = self._job(store, id)
        return self._view(store, job), job

    def points(self, id: str) -> tuple[Point, ...]:
        """The candidates of a search so far. Raises UsageError where there is no such job."""
        store, view = self._store(), self.look(id)
        winner = view.found.winner if view.found is not None else None
        return together(map(Point.model_validate_json, jobs.points(store, id)), winner)

    def code(self, id: str, number: int) -> str:
        """The code of a candidate of a search, also while that runs. Raises UsageError."""
        found = codes.code(self.settings.home.absolute() / "jobs" / self.look(id).id, number)
        if found is None:
            raise UsageError(f"job {id} has no code of a candidate {number}")
        return found

    def marks(self) -> dict[str, tuple[str, int]]:
        """State and number of sentences of everybody's latest jobs, to see which have changed; a dead one is parked."""
        store = self._store()

        def now(id: str, state: jobs.State) -> State:
            job = jobs.find(store, id) if state in jobs.OPEN else None
            return state if job is None else self._state(store, job)[1]

        return {id: (now(id, state), said) for id, (state, said) in jobs.marks(store).items()}

    def cancel(self, id: str) -> View:
        """End it with all its processes. One that has ended stays as it is."""
        store = self._store()
        self._job(store, id)
        if jobs.cancel(store, id):
            job = self._job(store, id)
            self.processes.end(id, job.owner)
        return self.look(id)

    def park(self) -> None:
        """End the processes that this server has started; their jobs can go on later."""
        self.processes.end_all()

    def resume(self, id: str) -> View:
        """Go on with a job whose process has died. Raises UsageError for one that has ended."""
        store = self._store()
        view = self._view(store, self._job(store, id))
        if view.state != "parked":
            raise UsageError(f"job {id} is {view.state}: only a parked job can go on; start a new one")
        if jobs.again(store, id, owners.owner(), self._alive):
            self._spawn(store, id)
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
        if fingerprint(textfile.read(path).text) != view.ask.source:
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
        return log_of(self.home, id)

    def go_on(self) -> None:
        """Start what waits for its turn, of everybody: when a server starts, and when a job's process ends."""
        store = self._store()
        for user in jobs.users_waiting(store):
            Jobs(self.settings, user, self.processes)._admit(store)

    def _admit(self, store: Store) -> None:
        while (id := jobs.admit(store, self.user, self.settings.jobs, owners.owner(), self._alive)) is not None:
            self._spawn(store, id)

    def _spawn(self, store: Store, id: str) -> None:
        jobs.hand_over(store, id, self.processes.start(self.home, id))

    def _alive(self, job: jobs.Job) -> bool:
        return self.processes.alive(job.id, job.owner)

    def _store(self) -> Store:
        return Store(self.home / "store.sqlite")

    def _job(self, store: Store, id: str) -> jobs.Job:
        job = jobs.find(store, id)
        if job is None or job.user != self.user:
            known = ", ".join(j.id for j in jobs.latest(store, self.user)) or "there are none yet"
            raise UsageError(f"there is no job {id[:40]}; the latest are: {known}")
        return job

    def _state(self, store: Store, job: jobs.Job) -> tuple[jobs.Job, State]:
        """The job, and its state: that of an open one whose process is gone is read again, as it may have ended."""
        if job.state not in jobs.OPEN or self._alive(job):
            return job, job.state
        again = jobs.find(store, job.id) or job
        return again, "parked" if again.state in jobs.OPEN else again.state

    def _view(self, store: Store, row: jobs.Job) -> View:
        job, state = self._state(store, row)
        said = jobs.said(store, job.id)
        before = [j.id for j in jobs.ahead(store, job.user)] if state == "waiting" else []
        return View(
            id=job.id,
            ask=Ask.model_validate_json(job.ask),
            state=state,
            said=tuple(s.sentence for s in said),
            count=said[-1].number if said else 0,
            ahead=tuple(before[: before.index(job.id)] if job.id in before else before),
            found=Found.model_validate_json(job.outcome) if job.outcome else None,
        )


def mark(found: Found) -> str:
    """Eight digits of a diff: who names them has seen it."""
    return fingerprint(found.diff)[:8]
