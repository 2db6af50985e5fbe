"""A damaged store is set aside, and a new one filled with what can be had: readable rows, and verdicts in reports."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ..knowledge.types import Outcome
from ..tools.measure.rebuilding import verdicts
from ..tools.report.text import counted
from ..tools.store.damage import Damaged, readable, set_aside
from ..tools.store.store import Store


def mend(found: Damaged, folder: Path) -> str:
    """Do it, and say so in a sentence. Reports are looked for in the jobs of the store, and in `folder`."""
    path = found.path
    aside = set_aside(path)
    store = Store(path)
    rows, rebuilt = _taken_over(store, aside), 0
    for report in _reports(path.parent, folder):
        rebuilt += _rebuilt(store, report)
    store.close()
    return (
        f"the store was damaged ({found.why}) and is now {aside.name} in {path.parent}; a new one has "
        f"{counted(rows, 'row')} that could be read of it and {counted(rebuilt, 'verdict')} from reports; "
        "run the same command again"
    )


def _taken_over(store: Store, aside: Path) -> int:
    """Every row of the old file that can be read, and that fits into the new one."""
    taken = 0
    rows = readable(aside)
    while True:
        try:
            table, columns, values = next(rows)
        except (StopIteration, sqlite3.DatabaseError):
            return taken
        marks = ", ".join("?" * len(values))
        try:
            with store.transaction():
                sql = f"insert or ignore into {table} ({', '.join(columns)}) values ({marks})"
                taken += store.db.execute(sql, list(values)).rowcount
        except sqlite3.DatabaseError:
            continue


def _reports(home: Path, folder: Path) -> Iterator[Path]:
    for root, pattern in ((home / "jobs", "*/outcome.json"), (folder, "outcome.json"), (folder, "*/outcome.json")):
        yield from sorted(root.glob(pattern))


def _rebuilt(store: Store, report: Path) -> int:
    """How many verdicts of a report were not there."""
    try:
        outcome = Outcome.model_validate_json(report.read_bytes())
    except (OSError, ValidationError):
        return 0
    new = [(key, verdict) for key, verdict in verdicts(outcome) if store.get(key) is None]
    for key, verdict in new:
        store.put(key, verdict)
    return len(new)
