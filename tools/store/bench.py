"""Runs of the benchmark in the store: what was judged, its pictures, who is at which task, calibrated baselines."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...knowledge.types import Calibrated, Judged, Run, Threshold
from .store import Store

Role = Literal["absolute", "candidate", "baseline", "again"]
"""stage 2's pictures; stage 3's of the candidate, of the baseline, and of the baseline with other seeds"""


@dataclass(frozen=True)
class KeptPicture:
    """A picture as it was scored, with what it was asked to show."""

    role: Role
    prompt: str
    seed: int
    png: bytes


@dataclass(frozen=True)
class Bench:
    """The benchmark's rows of a store. One for each thread, like the store itself."""

    store: Store

    # runs

    def open_run(self, run: Run, command: str = "") -> None:
        """Register a run; one that is there stays as it was."""
        self._execute(
            "insert or ignore into bench_runs (name, body, command) values (?, ?, ?)",
            [run.name, run.model_dump_json(), command],
        )

    def runs(self) -> list[Run]:
        """Every run, the latest first."""
        rows = self._rows("select body from bench_runs order by rowid desc")
        return [Run.model_validate_json(row[0]) for row in rows]

    def run(self, name: str) -> Run | None:
        """A run by its name, or by the beginning of its name where only one begins so; `latest` is the latest."""
        everyone = self.runs()
        if name == "latest":
            return everyone[0] if everyone else None
        found = [r for r in everyone if r.name == name] or [r for r in everyone if r.name.startswith(name)]
        return found[0] if len(found) == 1 else None

    def command(self, run: str) -> str:
        """What was typed to start it."""
        rows = self._rows("select command from bench_runs where name = ?", [run])
        return rows[0][0] if rows else ""

    # verdicts

    def judged(self, run: str) -> list[Judged]:
        """What was judged so far, in the order in which it was."""
        rows = self._rows("select body from bench_judged where run = ? order by rowid", [run])
        return [Judged.model_validate_json(row[0]) for row in rows]

    def done(self, run: str) -> set[str]:
        """Ids of the tasks that were judged."""
        return {row[0] for row in self._rows("select task from bench_judged where run = ?", [run])}

    def of_code(self, task: str, code: str) -> list[tuple[Run, Judged]]:
        """What every run found of this code for one task, the latest first."""
        rows = self._rows(
            "select r.body, j.body from bench_judged j join bench_runs r on r.name = j.run"
            " where j.task = ? and json_extract(j.body, '$.submission.code') = ? order by j.rowid desc",
            [task, code],
        )
        return [(Run.model_validate_json(run), Judged.model_validate_json(body)) for run, body in rows]

    def counted(self, run: str) -> tuple[int, int]:
        """How many were judged, and how many of them passed."""
        rows = self._rows("select count(*), coalesce(sum(passed), 0) from bench_judged where run = ?", [run])
        return int(rows[0][0]), int(rows[0][1])

    def keep(self, run: str, judged: Judged, pictures: Sequence[KeptPicture] = ()) -> bool:
        """Keep a verdict with its pictures and end the claim, all at once; False where there was a verdict already."""
        with self.store.transaction():
            self._execute("delete from bench_claims where run = ? and task = ?", [run, judged.task])
            body = [run, judged.task, int(judged.passed), judged.model_dump_json()]
            added = self._execute(
                "insert or ignore into bench_judged (run, task, passed, body) values (?, ?, ?, ?)", body
            )
            if added:
                self._keep_pictures(run, judged.task, pictures)
        return bool(added)

    def rescored(self, run: str, judged: Iterable[Judged]) -> None:
        """Replace verdicts by what the same pictures say now, all at once."""
        rows = [(int(j.passed), j.model_dump_json(), run, j.task) for j in judged]
        with self.store.transaction():
            self.store.db.conn.executemany(
                "update bench_judged set passed = ?, body = ? where run = ? and task = ?", rows
            )

    def _keep_pictures(self, run: str, task: str, pictures: Sequence[KeptPicture]) -> None:
        count: dict[str, int] = {}
        for p in pictures:
            number = count[p.role] = count.get(p.role, -1) + 1
            sha = hashlib.blake2b(p.png, digest_size=16).hexdigest()
            self._execute("insert or ignore into blobs values (?, ?)", [sha, p.png])
            self._execute(
                "insert into bench_pictures values (?, ?, ?, ?, ?, ?, ?)",
                [run, task, p.role, number, p.prompt, p.seed, sha],
            )

    def pictures(self, run: str, task: str, role: Role | None = None) -> list[KeptPicture]:
        """The pictures of one task, role by role, in the order of their prompts."""
        rows = self._rows(
            "select role, prompt, seed, png from bench_pictures join blobs using (sha)"
            " where run = ? and task = ? and (? is null or role = ?) order by role, number",
            [run, task, role, role],
        )
        return [KeptPicture(*row) for row in rows]

    # claims

    def claim(self, run: str, task: str, owner: str, now: float, until: float, alive: Callable[[str], bool]) -> bool:
        """Take a task, unless it is judged or somebody has it; a claim ends with its time or with its owner."""
        with self.store.transaction():
            if self._rows("select 1 from bench_judged where run = ? and task = ?", [run, task]):
                return False
            there = self._rows("select owner, until from bench_claims where run = ? and task = ?", [run, task])
            if there and there[0][1] > now and alive(there[0][0]):
                return False
            self._execute("insert or replace into bench_claims values (?, ?, ?, ?)", [run, task, owner, until])
        return True

    def renew(self, owner: str, until: float) -> None:
        """Keep every claim of an owner for longer."""
        self._execute("update bench_claims set until = ? where owner = ?", [until, owner])

    def release(self, owner: str) -> None:
        """Give up every claim of an owner."""
        self._execute("delete from bench_claims where owner = ?", [owner])

    def at_work(self, run: str, now: float, alive: Callable[[str], bool]) -> list[str]:
        """Tasks that a living owner has claimed."""
        rows = self._rows("select task, owner, until from bench_claims where run = ? order by task", [run])
        return [task for task, owner, until in rows if until > now and alive(owner)]

    # calibration

    def keep_calibrated(self, one: Calibrated) -> None:
        """The latest calibration of a baseline in an environment."""
        self._execute(
            "insert or replace into bench_calibrated (environment, baseline, body) values (?, ?, ?)",
            [one.environment, one.baseline, one.model_dump_json()],
        )

    def calibrated(self, environment: str | None = None) -> list[Calibrated]:
        """Calibrated baselines, of one environment (its fingerprint) or of all, by baseline."""
        rows = self._rows(
            "select body from bench_calibrated where ? is null or environment = ? order by baseline, environment",
            [environment, environment],
        )
        return [Calibrated.model_validate_json(row[0]) for row in rows]

    # thresholds

    def keep_threshold(self, ground: str, one: Threshold) -> None:
        """The latest bound of a card on this ground."""
        values = [ground, one.card, one.model_dump_json()]
        self._execute("insert or replace into bench_thresholds (ground, card, body) values (?, ?, ?)", values)

    def thresholds(self, ground: str) -> list[Threshold]:
        """Every bound that was measured on this ground."""
        rows = self._rows("select body from bench_thresholds where ground = ? order by card", [ground])
        return [Threshold.model_validate_json(row[0]) for row in rows]

    # SQL

    def _execute(self, sql: str, values: Sequence[object] = ()) -> int:
        return self.store.db.execute(sql, list(values)).rowcount

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self.store.db.execute(sql, list(values)).fetchall()
