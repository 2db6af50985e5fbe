"""Killed with SIGKILL at random moments and run again, nothing is lost, doubled, paid twice or left behind."""

import json
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
import scripted_run

from . import kills, loop_run, real_kills, server_kills

KILLS = int(os.environ.get("DIFFAGENT_KILLS", "20"))
"""of all kinds together, in the slow tests; `make test-trust KILLS=200`"""
RECORD = Path(__file__).parents[2] / "docs" / "results" / "trust" / "kills.json"


@pytest.fixture(autouse=True)
def in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of their own find the tests' modules."""
    tests = Path(__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tests), os.environ.get("PYTHONPATH", "")]))


def search(folder: Path) -> kills.Killing:
    (folder / "calm").mkdir(parents=True)
    loop_run.main(folder / "calm", 0.0)
    return kills.search((folder / "calm" / "found.json").read_text())


def benchmark(folder: Path) -> kills.Killing:
    scripted_run.main(folder / "calm.sqlite", "scripted", 0.0)
    return kills.benchmark(kills.kept(folder / "calm.sqlite", "bench_judged"))


def recorded(tally: kills.Tally, path: Path | None = None) -> None:
    """Into the file that docs/trust.md is made from, where it is asked for: a small run does not replace a large one,
    unless it found something."""
    path = path or (RECORD if "DIFFAGENT_KILLS" in os.environ else None)
    if path is not None:
        before = json.loads(path.read_text()) if path.exists() else {}
        if not tally.broken and before.get(tally.what, {}).get("kills", 0) > tally.kills:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**before, tally.what: asdict(tally)}, indent=1) + "\n")


def test_a_search_that_is_killed_twice(tmp_path: Path) -> None:
    """A few; for runs of the benchmark `tests/bench/test_running_kill.py` has some too."""
    tally = search(tmp_path).times(2, tmp_path / "killed", random.Random(1))
    assert (tally.kills, tally.broken) == (2, []) and tally.runs


@pytest.mark.slow
def test_two_searches_on_one_store_end_as_one_does(tmp_path: Path) -> None:
    """What both are at at the same moment is measured twice; nothing else is, and the store stays whole."""
    one = search(tmp_path)
    (tmp_path / "both").mkdir()
    both = [one.started(tmp_path / "both") for _ in range(2)]
    for process in both:
        process.join(120)
    assert [p.exitcode for p in both] == [0, 0] and one.same(tmp_path / "both")
    assert kills.whole(tmp_path / "both" / "s.sqlite")
    assert max(kills.lines(tmp_path / "both" / "log").values()) <= 2


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("make", [search, benchmark])
def test_killed_in_the_midst_of_made_up_measuring(make: Callable[[Path], kills.Killing], tmp_path: Path) -> None:
    tally = make(tmp_path).times(max(2, KILLS * 35 // 100), tmp_path / "killed", random.Random(2))
    recorded(tally)
    assert tally.broken == [] and tally.runs


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_servers_lose_no_job(tmp_path: Path) -> None:
    tally = server_kills.times(max(2, KILLS * 15 // 100), tmp_path, random.Random(3))
    recorded(tally)
    assert tally.broken == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("longest_s", [real_kills.EARLY_S, real_kills.LATE_S], ids=["early", "late"])
@pytest.mark.parametrize("victim", real_kills.VICTIMS)
def test_killed_while_real_pictures_are_made(victim: str, longest_s: float, tmp_path: Path) -> None:
    tally = real_kills.times(victim, max(1, KILLS * 4 // 200), tmp_path, random.Random(4), longest_s)
    recorded(tally)
    assert tally.broken == [] and tally.runs


def test_what_is_damaged_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    scripted_run.main(path, "scripted", 0.0)
    assert kills.whole(path)
    with closing(sqlite3.connect(path)) as store:
        store.execute("pragma wal_checkpoint(truncate)")
    text = bytearray(path.read_bytes())
    text[8192:] = b"\xff" * (len(text) - 8192)
    path.write_bytes(text)
    assert not kills.whole(path)
