"""Numbered schema steps; each is applied once, in order. Never change one that has been released."""

from collections.abc import Callable

from sqlite_utils import Database

MIGRATIONS: list[Callable[[Database], None]] = []
migration = MIGRATIONS.append


@migration
def m001_verdicts(db: Database) -> None:
    """One row for every profile, evaluation or failure, under the fingerprint of all it depends on."""
    db.execute(
        "create table verdicts (key text primary key, kind text not null, body text not null,"
        " at text not null default current_timestamp)"
    )


@migration
def m002_pictures(db: Database) -> None:
    """PNG pictures of a verdict, by role (`before`, `after`) and position."""
    db.execute(
        "create table pictures (key text not null, role text not null, number integer not null, png blob not null,"
        " primary key (key, role, number)) without rowid"
    )
