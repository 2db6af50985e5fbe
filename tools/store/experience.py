"""What worked where, in the store: one row a judged plan, found again by the class of its pipeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from ...knowledge.experience import Experience, Lesson, Setback
from ...knowledge.types import Environment, Profile
from .store import Store

LATEST = 200
"""lessons of each kind that are read back for advice; older ones teach little more"""
_lesson: TypeAdapter[Lesson] = TypeAdapter(Experience | Setback)


@dataclass(frozen=True)
class Kept:
    """A lesson as it stands in the store."""

    key: str
    at: str
    """when it was kept, UTC: `2026-11-23 14:05:00`"""
    lesson: Lesson


def keep(store: Store, key: str, one: Lesson) -> None:
    """Keep a lesson under the key of its verdict, so that the same verdict teaches once."""
    with store.transaction():
        store.db.execute(
            "insert or replace into experiences (key, pipeline_class, kind, body) values (?, ?, ?, ?)", _row(key, one)
        )


def add(store: Store, many: Iterable[tuple[str, Lesson]]) -> int:
    """Keep lessons under keys, all or none of them; those that are there stay. How many were new."""
    added = 0
    with store.transaction():
        for key, one in many:
            added += store.db.execute(
                "insert or ignore into experiences (key, pipeline_class, kind, body) values (?, ?, ?, ?)",
                _row(key, one),
            ).rowcount
    return added


def _row(key: str, one: Lesson) -> list[str]:
    return [key, one.situation.pipeline_class, one.kind, one.model_dump_json()]


def of_class(store: Store, pipeline_class: str) -> list[Experience]:
    """The latest experiences with a class of pipelines, wherever they were made; what is no longer read is left."""
    found = _latest(store, "kind = 'measured' and pipeline_class = ?", [pipeline_class], LATEST)
    return [one for one in found if isinstance(one, Experience)]


def latest(store: Store) -> list[Experience]:
    """The latest experiences of all, with any pipeline, wherever they were made."""
    return [one for one in _latest(store, "kind = 'measured'", [], 2 * LATEST) if isinstance(one, Experience)]


def setbacks_of_class(store: Store, pipeline_class: str) -> list[Setback]:
    """The latest failures with a class of pipelines, wherever they happened."""
    found = _latest(store, "kind = 'failed' and pipeline_class = ?", [pipeline_class], LATEST)
    return [one for one in found if isinstance(one, Setback)]


def _latest(store: Store, where: str, values: Sequence[str], most: int) -> list[Lesson]:
    """The latest lessons of those that `where` chooses; what is no longer read is left."""
    rows = store.db.execute(f"select body from experiences where {where} order by rowid desc limit ?", [*values, most])
    return [one for row in rows.fetchall() if (one := _read(row[0])) is not None]


def everything(store: Store) -> list[Kept]:
    """Every lesson that can still be read, the latest first."""
    rows = store.db.execute("select key, at, body from experiences order by rowid desc").fetchall()
    return [Kept(key, at, one) for key, at, body in rows if (one := _read(body)) is not None]


def unreadable(store: Store) -> list[str]:
    """Keys of the lessons that a version wrote whose words are no longer ours."""
    rows = store.db.execute("select key, body from experiences").fetchall()
    return [key for key, body in rows if _read(body) is None]


def forget(store: Store, keys: Sequence[str]) -> None:
    """Take lessons out, all of them or none."""
    with store.transaction():
        store.db.conn.executemany("delete from experiences where key = ?", [(key,) for key in keys])


def _read(body: str) -> Lesson | None:
    """None: it was written by a version whose words are no longer ours."""
    try:
        return _lesson.validate_json(body)
    except ValidationError:
        return None


def keep_baseline(store: Store, key: str, source: str, pipeline: str, environment: Environment) -> None:
    """Remember whose profile the verdict under `key` is, so that the script finds it again without being run.

    `source` is the fingerprint of the script's text, `pipeline` the name of the pipeline in it.
    """
    with store.transaction():
        store.db.execute(
            "insert or replace into baselines (key, source, pipeline, environment) values (?, ?, ?, ?)",
            [key, source, pipeline, environment.model_dump_json()],
        )


def baselines(store: Store, source: str, pipeline: str) -> list[tuple[Environment, Profile]]:
    """The profiles of a script as it is, with where each was measured, the latest first."""
    return [(environment, profile) for environment, profile, _ in baselines_at(store, source, pipeline)]


def baselines_at(store: Store, source: str, pipeline: str) -> list[tuple[Environment, Profile, str]]:
    """The same, with when each was kept, UTC: `2026-11-23 14:05:00`."""
    rows = store.db.execute(
        "select b.environment, v.body, b.at from baselines b join verdicts v on v.key = b.key"
        " where b.source = ? and b.pipeline = ? and v.kind = 'profile' order by b.rowid desc",
        [source, pipeline],
    ).fetchall()
    found: list[tuple[Environment, Profile, str]] = []
    for environment, body, at in rows:
        try:
            found.append((Environment.model_validate_json(environment), Profile.model_validate_json(body), at))
        except ValidationError:
            continue
    return found
