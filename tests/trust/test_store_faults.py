"""What goes wrong around a store: no room, no right to write, another process, another version, a broken file."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from factories import evaluation

from diffagent_mcp.bench.running import owners
from diffagent_mcp.knowledge.types import Crashed, NotProven, TimedOut
from diffagent_mcp.server.app import App
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.migrations import MIGRATIONS
from diffagent_mcp.tools.store.store import Store

from .kills import whole

OLD = Path(__file__).parent / "old" / "store-5.sql"
FILL = """
import resource, sys
from diffagent_mcp.knowledge.types import NotProven
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.store.store import Store
store = Store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
for n in range(10_000):
    try:
        store.put(str(n), NotProven(message="x" * 2000))
    except SetupError as e:
        print(n, e)
        break
"""


def test_a_full_disk_is_a_sentence_and_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands in for the disk: a write beyond it fails as on a full one, and needs no rights."""
    path = tmp_path / "s.sqlite"
    run = subprocess.run([sys.executable, "-c", FILL, str(path), "400000"], capture_output=True, text=True, timeout=60)
    count, _, sentence = run.stdout.partition(" ")
    assert "cannot be written" in sentence and "Traceback" not in run.stderr
    assert whole(path)
    store = Store(path)
    assert int(count) > 5 and all(store.get(str(n)) is not None for n in range(int(count)))
    store.put("after", evaluation())
    assert store.get("after") == evaluation(), "with room again it goes on"


def test_a_folder_that_may_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(home, os.W_OK):
        pytest.skip("this person may write everywhere (root): a store that is read-only is tried beside this")
    with pytest.raises(SetupError, match="cannot be used"):
        Store(home / "s.sqlite")


def test_a_store_that_may_only_be_read_is_a_sentence(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.put("k", evaluation())
    store.db.execute("pragma query_only = on")
    with pytest.raises(SetupError, match="cannot be written"):
        store.put("other", evaluation())
    assert store.get("k") == evaluation() and store.get("other") is None


def test_a_store_that_another_process_has_locked_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store, other = Store(path), sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    threading.Timer(0.5, lambda: other.execute("commit")).start()
    began = time.monotonic()
    store.put("k", evaluation())
    assert time.monotonic() - began > 0.3 and store.get("k") == evaluation()


def test_a_lock_that_does_not_end_is_a_sentence_and_reads_go_on(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store, other = Store(path), sqlite3.connect(path, isolation_level=None)
    store.put("k", evaluation())
    store.db.execute("pragma busy_timeout = 200")
    other.execute("begin immediate")
    with pytest.raises(SetupError, match="locked"):
        store.put("other", evaluation())
    assert store.get("k") == evaluation()
    other.execute("rollback")
    store.put("other", evaluation())


@pytest.mark.parametrize("jump", [-86_400.0 * 365, -3600.0, 3600.0, 86_400.0 * 365])
def test_a_clock_that_jumps_gives_no_task_to_two(tmp_path: Path, jump: float) -> None:
    """Claims have a time, but of a process of this machine its life decides as well."""
    bench, now, me = Bench(Store(tmp_path / "s.sqlite")), 1_000_000_000.0, owners.owner()
    assert bench.claim("run", "task", me, now, now + 180, owners.alive)
    taken = bench.claim("run", "task", f"{me}-other", now + jump, now + jump + 180, owners.alive)
    assert taken == (jump > 180), "forward it is as if the lease had ended; back, nothing changes"
    dead = f"{me.rpartition('/')[0]}/1.00"
    assert bench.claim("run", "second", dead, now, now + 180, owners.alive)
    assert bench.claim("run", "second", me, now + jump, now + jump + 180, owners.alive), "of the dead, at any time"


def test_a_store_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """The fixture is the SQL that version 5 left behind; it is never written anew."""
    path = tmp_path / "s.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(OLD.read_text())
    store = Store(path)
    assert store.db.execute("pragma user_version").fetchone() == (len(MIGRATIONS),)
    assert store.get("k") == evaluation() and store.pictures("k", "after") == [b"\x89PNG"]
    assert store.get("old") == TimedOut(message="late", stage="load", after_s=1.0)
    store.put("new", Crashed(message="m", stage="call", error="E"))
    assert whole(path)


def test_a_store_of_a_newer_version_ends_a_command_with_exit_3(tmp_path: Path) -> None:
    Store(tmp_path / "store.sqlite").db.execute("pragma user_version = 99")
    command = [sys.executable, "-m", "diffagent_mcp", "memory", "list"]
    environment = {**os.environ, "DIFFAGENT_HOME": str(tmp_path)}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert run.returncode == 3 and "newer version" in run.stderr and "Traceback" not in run.stderr


def filled(path: Path, many: int = 300) -> None:
    store = Store(path)
    for n in range(many):
        store.put(str(n), NotProven(message="x" * 1000))
    store.close()


def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"this is not a database" * 1000)
    app = App(load({"home": tmp_path}))
    with pytest.raises(SetupError, match=r"damaged.*store\.damaged-1\.sqlite.*0 rows.*run the same command again"):
        _ = app.store
    assert (tmp_path / "store.damaged-1.sqlite").read_bytes().startswith(b"this is not")
    assert App(load({"home": tmp_path})).store.get("k") is None


def test_what_can_be_read_of_a_damaged_store_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    filled(path)
    text = bytearray(path.read_bytes())
    middle = len(text) // 2 // 4096 * 4096
    text[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(text)
    store = Store(path)
    with pytest.raises(SetupError, match="damaged"):
        for n in range(300):
            store.get(str(n))
    store.close()
    with pytest.raises(SetupError, match="run the same command again"):
        _ = App(load({"home": tmp_path})).store
    assert (tmp_path / "store.damaged-1.sqlite").read_bytes()[100:] == bytes(text)[100:], "nothing of it is lost"
    mended = App(load({"home": tmp_path})).store
    there = sum(mended.get(str(n)) is not None for n in range(300))
    assert there >= 250 and whole(path), f"{there} of 300"
