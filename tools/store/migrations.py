"""Numbered schema steps; each is applied once, in order. Never change one that has been released."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


@migration
def m003_bench(db: Database) -> None:
    """Runs of the benchmark, one row for each task judged, who is at which task now, and the calibrated baselines."""
    db.execute(
        "create table bench_runs (name text primary key, body text not null, command text not null,"
        " at text not null default current_timestamp)"
    )
    db.execute(
        "create table bench_judged (run text not null, task text not null, passed integer not null, body text not null,"
        " at text not null default current_timestamp, primary key (run, task))"
    )
    db.execute(
        "create table bench_claims (run text not null, task text not null, owner text not null, until real not null,"
        " primary key (run, task)) without rowid"
    )
    db.execute(
        "create table bench_calibrated (environment text not null, baseline text not null, body text not null,"
        " at text not null default current_timestamp, primary key (environment, baseline))"
    )


@migration
def m004_bench_pictures(db: Database) -> None:
    """Pictures of judged tasks, each kept once however many runs made the same."""
    db.execute("create table blobs (sha text primary key, png blob not null) without rowid")
    db.execute(
        "create table bench_pictures (run text not null, task text not null, role text not null,"
        " number integer not null, prompt text not null, seed integer not null, sha text not null references blobs,"
        " primary key (run, task, role, number)) without rowid"
    )


@migration
def m005_bench_thresholds(db: Database) -> None:
    """Stage 2's bound and pictures for each pipeline card, under the fingerprint of what it was measured on."""
    db.execute(
        "create table bench_thresholds (ground text not null, card text not null, body text not null,"
        " at text not null default current_timestamp, primary key (ground, card)) without rowid"
    )


@migration
def m006_experiences(db: Database) -> None:
    """What worked where: each measured plan with its situation, found by the class of its pipeline."""
    db.execute(
        "create table experiences (key text primary key, pipeline_class text not null, body text not null,"
        " at text not null default current_timestamp)"
    )
    db.execute("create index experiences_of_class on experiences (pipeline_class)")


@migration
def m007_exchanges(db: Database) -> None:
    """Usable answers of language models, under the fingerprint of all that the question was."""
    db.execute(
        "create table exchanges (key text primary key, body text not null,"
        " at text not null default current_timestamp) without rowid"
    )


@migration
def m008_lessons(db: Database) -> None:
    """Failures are remembered beside measured plans, and a profile is found again by the script that it is of."""
    db.execute("alter table experiences add column kind text not null default 'measured'")
    db.execute("drop index experiences_of_class")
    db.execute("create index experiences_of_class on experiences (pipeline_class, kind)")
    db.execute(
        "create table baselines (key text primary key, source text not null, pipeline text not null,"
        " environment text not null, at text not null default current_timestamp)"
    )
    db.execute("create index baselines_of_script on baselines (source, pipeline)")


@migration
def m009_jobs(db: Database) -> None:
    """Work that outlives who asked for it: what was asked, which process is at it, what it said, and what came out."""
    db.execute(
        "create table jobs (id text primary key, kind text not null, ask text not null, state text not null,"
        " owner text not null, outcome text, at text not null default current_timestamp,"
        " changed text not null default current_timestamp)"
    )
    db.execute(
        "create table job_events (job text not null, number integer not null, sentence text not null,"
        " at text not null default current_timestamp, primary key (job, number)) without rowid"
    )


@migration
def m010_points(db: Database) -> None:
    """What is known of a candidate when a job speaks of it, for plots that grow while it is at work."""
    db.execute("alter table job_events add column point text")


@migration
def m011_users(db: Database) -> None:
    """Whose a job is, where several people share a server; nobody's name is that of this machine's own person."""
    db.execute("alter table jobs add column user text not null default ''")
