"""Jobs in the store: what was asked, who is at it, what was said on the way, and what came out."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from ...knowledge.types import Record
from .store import Store

State = Literal["waiting", "starting", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("starting", "running")
"""a process is at it, or has died at it"""
UNENDED: tuple[State, ...] = ("waiting", *OPEN)
_UNENDED = f"state in ({', '.join(map(repr, UNENDED))})"
_COLUMNS = "id, kind, ask, state, owner, user, outcome, at, changed"
_MARKS = (
    "select id, state, (select coalesce(max(number), 0) from job_events where job = id) from jobs"
    " order by rowid desc limit ?"
)


class Job(Record):
    """One row. Whether the process of an open job still lives is not in it: ask its owner."""

    id: str
    kind: str
    ask: str
    """what was asked, as JSON"""
    state: State
    owner: str
    """the process that is at it: `host/pid/start`; while it starts, the one that started it"""
    user: str = ""
    """whose it is, where several people share a server"""
    outcome: str | None = None
    """what came out, as JSON"""
    at: str
    """when it was asked, UTC: `2026-11-23 14:05:00`"""
    changed: str


class Said(Record):
    """A sentence on the way."""

    number: int
    sentence: str


def add(store: Store, id: str, kind: str, ask: str, user: str = "") -> None:
    """A new job, which waits for its turn."""
    with store.transaction():
        store.db.execute(
            "insert into jobs (id, kind, ask, state, owner, user) values (?, ?, ?, 'waiting', '', ?)",
            [id, kind, ask, user],
        )


def find(store: Store, id: str) -> Job | None:
    """The job of that id."""
    row = store.db.execute(f"select {_COLUMNS} from jobs where id = ?", [id]).fetchone()
    return _job(row) if row else None


def latest(store: Store, user: str, most: int = 10) -> list[Job]:
    """The jobs that a user asked last, the latest first."""
    rows = store.db.execute(
        f"select {_COLUMNS} from jobs where user = ? order by rowid desc limit ?", [user, most]
    ).fetchall()
    return [_job(row) for row in rows]


def marks(store: Store, most: int = 200) -> dict[str, tuple[State, int]]:
    """The latest jobs of everybody, each with its state and how much was said: what differs has changed."""
    return {id: (state, said) for id, state, said in store.db.execute(_MARKS, [most]).fetchall()}


def marks_in(path: Path) -> dict[str, tuple[State, int]]:
    """The same of a store's file, which is not written to: who watches the file must not touch it.

    Empty where it cannot be read just now.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1.0)) as db:
            return {id: (state, said) for id, state, said in db.execute(_MARKS, [200]).fetchall()}
    except sqlite3.Error:
        return {}


def alike(store: Store, ask: str, user: str) -> list[Job]:
    """Jobs of the very same ask that have not ended."""
    rows = store.db.execute(
        f"select {_COLUMNS} from jobs where ask = ? and user = ? and {_UNENDED} order by rowid desc",
        [ask, user],
    )
    return [_job(row) for row in rows.fetchall()]


def ahead(store: Store, user: str) -> list[Job]:
    """The jobs of a user that a process is said to be at, and those that wait, in the order of their turn."""
    rows = store.db.execute(
        f"select {_COLUMNS} from jobs where user = ? and {_UNENDED} order by state = 'waiting', rowid",
        [user],
    )
    return [_job(row) for row in rows.fetchall()]


def users_waiting(store: Store) -> list[str]:
    """Whose jobs wait for their turn."""
    return [user for (user,) in store.db.execute("select distinct user from jobs where state = 'waiting'").fetchall()]


def admit(store: Store, user: str, most: int, owner: str, alive: Callable[[Job], bool]) -> str | None:
    """Give the next waiting job to `owner`, which is to start it; None while `most` are at work or none waits."""
    if user not in users_waiting(store):
        return None  # most looks at jobs end here, without a lock
    with store.transaction():
        found = ahead(store, user)
        waiting = [job for job in found if job.state == "waiting"]
        if not waiting or sum(job.state != "waiting" and alive(job) for job in found) >= most:
            return None
        _set(store, waiting[0].id, "state = 'starting', owner = ?", [owner])
        return waiting[0].id


def hand_over(store: Store, id: str, owner: str) -> None:
    """The process that was started for a job stands for it from now on, also when its starter is gone."""
    _changed(store, "owner = ?", [owner], id, "starting")


def take(store: Store, id: str, owner: str) -> bool:
    """A started process says that it is at it now; False where the job was cancelled or somebody else is."""
    return _changed(store, "state = 'running', owner = ?", [owner], id, "starting")


def again(store: Store, id: str, owner: str, alive: Callable[[Job], bool]) -> bool:
    """About to be started anew by `owner`; False where it has ended, or a living process is at it."""
    with store.transaction():
        job = find(store, id)
        if job is None or job.state not in OPEN or alive(job):
            return False
        _set(store, id, "state = 'starting', owner = ?", [owner])
    return True


def end(store: Store, id: str, state: State, outcome: str) -> None:
    """What came out. A job that was cancelled meanwhile stays so."""
    with store.transaction():
        store.db.execute(
            "update jobs set outcome = ?, state = case state when 'running' then ? else state end,"
            " changed = current_timestamp where id = ?",
            [outcome, state, id],
        )


def cancel(store: Store, id: str) -> bool:
    """Nobody is to go on with it; False where it had ended."""
    return any(_changed(store, "state = 'cancelled'", [], id, state) for state in UNENDED)


def say(store: Store, id: str, sentence: str, point: str | None = None) -> None:
    """Keep a sentence on the way, and the candidate that it is about, as JSON."""
    with store.transaction():
        store.db.execute(
            "insert into job_events (job, number, sentence, point) select ?, coalesce(max(number), 0) + 1, ?, ?"
            " from job_events where job = ?",
            [id, sentence, point, id],
        )


def points(store: Store, id: str) -> list[str]:
    """The candidates of a job, as JSON, in the order in which they were heard of."""
    rows = store.db.execute(
        "select point from job_events where job = ? and point is not null order by number", [id]
    ).fetchall()
    return [point for (point,) in rows]


def said(store: Store, id: str, most: int = 1000) -> list[Said]:
    """The last sentences of a job, in the order in which they were said."""
    rows = store.db.execute(
        "select number, sentence from job_events where job = ? order by number desc limit ?", [id, most]
    ).fetchall()
    return [Said(number=n, sentence=s) for n, s in reversed(rows)]


def _set(store: Store, id: str, what: str, values: list[Any]) -> None:
    store.db.execute(f"update jobs set {what}, changed = current_timestamp where id = ?", [*values, id])


def _changed(store: Store, what: str, values: list[Any], id: str, state: State) -> bool:
    with store.transaction():
        found = store.db.execute(
            f"update jobs set {what}, changed = current_timestamp where id = ? and state = ?", [*values, id, state]
        )
    return found.rowcount == 1


def _job(row: tuple[Any, ...]) -> Job:
    return Job(**dict(zip(_COLUMNS.split(", "), row, strict=True)))
