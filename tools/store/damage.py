"""A store that SQLite finds damaged: known as such, set aside under another name, and what can be read taken over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..errors import SetupError

_WORDS = ("malformed", "not a database", "disk image", "database corruption")
_TABLES = (
    "verdicts", "pictures", "bench_runs", "bench_judged", "blobs", "bench_pictures", "bench_calibrated",
    "bench_thresholds", "experiences", "baselines", "exchanges", "jobs", "job_events",
)  # fmt: skip
"""all but claims, which are of processes that are gone"""


class Damaged(SetupError):
    """The file is no sound database. Carries its path."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"the store {path} cannot be used: it is damaged ({why}); the next `diffagent-mcp optimize` sets it aside "
            "and rebuilds what it can"
        )
        self.path = path
        self.why = why


def is_damage(error: sqlite3.Error) -> bool:
    """Does SQLite say that the file itself is broken, rather than that it is busy or full?"""
    return isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in _WORDS)


def mark(path: Path) -> None:
    """Remember for the next who opens it that a read or a write found damage; SQLite does not look when it opens."""
    _marker(path).touch()


def is_marked(path: Path) -> bool:
    """Did somebody find damage?"""
    return _marker(path).exists()


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def set_aside(path: Path) -> Path:
    """Give the file and its journal another name, which nothing has; never deletes. Returns the new name."""
    number = next(n for n in range(1, 1_000_000) if not _aside(path, n).exists())
    for end in ("-wal", "-shm", ""):
        file = path.with_name(path.name + end)
        if file.exists():
            file.rename(_aside(path, number).with_name(_aside(path, number).name + end))
    _marker(path).unlink(missing_ok=True)
    return _aside(path, number)


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")


def readable(path: Path) -> Iterator[tuple[str, tuple[str, ...], tuple[object, ...]]]:
    """Table, columns and values of every row that can still be read, from both ends of each table."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for table in _TABLES:
            yield from _rows(db, table)


def _rows(db: sqlite3.Connection, table: str) -> Iterator[tuple[str, tuple[str, ...], tuple[object, ...]]]:
    for order in ("", " order by rowid desc"):
        try:
            found = db.execute(f"select * from {table}{order}")
            columns = tuple(c[0] for c in found.description)
            while (row := found.fetchone()) is not None:
                yield table, columns, row
            return
        except sqlite3.DatabaseError:
            continue
