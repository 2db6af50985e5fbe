"""The store keeps values whole, under their key, for ever, and by several processes at once."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from factories import evaluation
from sqlite_utils import Database

from diffagent_mcp.knowledge.types import Crashed, NotProven, TimedOut
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.store.migrations import MIGRATIONS
from diffagent_mcp.tools.store.store import Kept, Store


@pytest.mark.parametrize(
    "kept",
    [
        evaluation(2.5, 0.01, 0.2),
        Crashed(message="boom", stage="call", error="E", line=3, evidence="é\n"),
        NotProven(message="inert", method="tome"),
        TimedOut(message="late", stage="load", after_s=1.0),
    ],
    ids=lambda k: k.kind,
)
def test_a_value_survives(tmp_path: Path, kept: Kept) -> None:
    Store(tmp_path / "s.sqlite").put("k", kept)
    again = Store(tmp_path / "s.sqlite")
    assert again.get("k") == kept
    assert again.get("other") is None


def test_pictures_come_back_in_order_by_role(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    many = [bytes([n]) * 10 for n in range(12)]
    store.put("k", evaluation(), {"before": many, "after": many[::-1]})
    assert store.pictures("k", "before") == many
    assert store.pictures("k", "after") == many[::-1]
    assert store.pictures("other", "before") == []


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    with pytest.raises(sqlite3.Error):
        store.put("k", evaluation(), {"before": [object()]})  # type: ignore[list-item]
    assert store.get("k") is None
    store.put("k", evaluation())
    assert store.get("k") == evaluation()


def test_migrations_are_applied_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    Store(path).put("k", evaluation())
    Store(path).close()
    (done,) = sqlite3.connect(path).execute("pragma user_version").fetchone()
    assert done == len(MIGRATIONS)
    assert Store(path).get("k") == evaluation()


def test_a_store_of_before_failures_were_remembered_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    before = next(n for n, step in enumerate(MIGRATIONS) if step.__name__.endswith("_lessons"))
    old = Database(path)
    for step in MIGRATIONS[:before]:
        step(old)
    old.execute("insert into experiences (key, pipeline_class, body) values ('k', 'DiTPipeline', '{}')")
    old.execute(f"pragma user_version = {before}")
    old.conn.commit()
    old.close()
    rows = Store(path).db.execute("select key, kind from experiences").fetchall()
    assert rows == [("k", "measured")]


def test_a_newer_store_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    Store(path).close()
    sqlite3.connect(path).execute("pragma user_version = 99").connection.commit()
    with pytest.raises(SetupError, match="newer version"):
        Store(path)


def test_a_broken_store_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(SetupError, match="cannot be used"):
        Store(path)


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    code = (
        "import sys; from diffagent_mcp.tools.store.store import Store\n"
        "from diffagent_mcp.knowledge.types import NotProven\n"
        "s = Store(sys.argv[1])\n"
        "for n in range(60): s.put(f'{sys.argv[2]}-{n}', NotProven(message=str(n)))\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "ab"]
    assert [p.wait(60) for p in both] == [0, 0]
    (count,) = sqlite3.connect(path).execute("select count(*) from verdicts").fetchone()
    assert count == 120
