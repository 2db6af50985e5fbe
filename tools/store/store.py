"""The one store. Knows rows and pictures; knows nothing of agents or benchmarks."""

import sqlite3
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from ...knowledge.types import AnyVerdict, Evaluation, Failure, Profile
from ..errors import SetupError
from . import damage
from .migrations import MIGRATIONS

Kept = Profile | Evaluation | Failure
_kept: TypeAdapter[Kept] = TypeAdapter(Annotated[Profile | AnyVerdict, Field(discriminator="kind")])


class Store:
    """SQLite in WAL mode; every write is one transaction, so a killed run leaves whole rows only."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        from sqlite_utils import Database  # it loads numpy: whoever opens no store does not wait for that

        self.path = str(path)
        try:
            if path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            if damage.is_marked(Path(path)):
                raise damage.Damaged(Path(path), "a read or a write found it so")
            connection = sqlite3.connect(str(path), isolation_level=None, timeout=30.0, check_same_thread=False)
            self.db = Database(connection)
            self._write_ahead()
            self.db.execute("pragma synchronous = normal")
            self._migrate(str(path))
        except (sqlite3.Error, OSError) as e:
            if isinstance(e, sqlite3.Error) and damage.is_damage(e):
                raise damage.Damaged(Path(path), str(e)) from e
            raise SetupError(f"the store {path} cannot be used ({e}); name another folder with DIFFAGENT_HOME") from e

    def _write_ahead(self) -> None:
        """Switch to WAL. Unlike other statements this one does not wait where another process opens a new store too."""
        for wait in (0.05,) * 100:
            try:
                self.db.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError as e:
                if "locked" not in str(e):
                    raise
                time.sleep(wait)
        raise sqlite3.OperationalError("database is locked")

    def _migrate(self, path: str) -> None:
        with self.transaction():
            (done,) = self.db.execute("pragma user_version").fetchone()
            if done > len(MIGRATIONS):
                raise SetupError(
                    f"the store {path} was written by a newer version of diffagent-mcp; upgrade it, or name "
                    "another folder with DIFFAGENT_HOME"
                )
            for step in MIGRATIONS[done:]:
                step(self.db)
            self.db.execute(f"pragma user_version = {len(MIGRATIONS)}")

    @contextmanager
    def transaction(self) -> Generator[None, None, None]:
        """All or nothing, and nobody else writes meanwhile."""
        try:
            self.db.execute("begin immediate")
            yield
            self.db.execute("commit")
        except sqlite3.OperationalError as e:
            self._undo()
            raise SetupError(f"the store {self.path} cannot be written ({e})") from e
        except sqlite3.DatabaseError as e:
            self._undo()
            if damage.is_damage(e):
                raise self._damaged(e) from e
            raise
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self.db.conn.in_transaction:  # SQLite itself has rolled back where the disk is full
            self.db.execute("rollback")

    def _damaged(self, error: sqlite3.DatabaseError) -> damage.Damaged:
        damage.mark(Path(self.path))
        return damage.Damaged(Path(self.path), str(error))

    def get(self, key: str) -> Kept | None:
        """What is kept under a key. Raises SetupError where the file turns out to be damaged."""
        try:
            row = self.db.execute("select body from verdicts where key = ?", [key]).fetchone()
        except sqlite3.DatabaseError as e:
            if damage.is_damage(e):
                raise self._damaged(e) from e
            raise
        return _kept.validate_json(row[0]) if row else None

    def put(self, key: str, kept: Kept, pictures: Mapping[str, Sequence[bytes]] | None = None) -> None:
        """Keep a value and its pictures, by role, in one transaction."""
        rows = [(key, role, n, png) for role, many in (pictures or {}).items() for n, png in enumerate(many)]
        with self.transaction():
            self.db.execute(
                "insert or replace into verdicts (key, kind, body) values (?, ?, ?)",
                [key, kept.kind, kept.model_dump_json()],
            )
            self.db.conn.executemany("insert or replace into pictures values (?, ?, ?, ?)", rows)

    def pictures(self, key: str, role: str) -> list[bytes]:
        found = self.db.execute("select png from pictures where key = ? and role = ? order by number", [key, role])
        return [row[0] for row in found.fetchall()]

    def close(self) -> None:
        self.db.close()
