"""Runs that are killed at random moments, and what must be true afterwards. `test_kills.py` says how many."""

import contextlib
import multiprocessing
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import scripted_run

from . import loop_run

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
Rows = dict[str, str]
"""what is kept, by key"""


@dataclass
class Tally:
    """What came of killing one kind of process."""

    what: str
    kills: int = 0
    runs: int = 0
    """that came to their end, and said what an undisturbed one says"""
    broken: list[str] = field(default_factory=list[str])
    """sentences, one for each promise that did not hold"""

    def held(self, true: bool, sentence: str) -> None:
        if not true:
            self.broken.append(sentence)


@dataclass
class Killing:
    """One kind of run, each in a process of its own that a server forks, so that nothing is imported anew."""

    what: str
    run: Callable[..., None]
    arguments: Callable[[Path], tuple[object, ...]]
    """of the run in this folder"""
    store: str
    """file in the folder"""
    table: str
    paid: Callable[[Path], Counter[str]]
    """how often each thing was begun"""
    same: Callable[[Path], bool]
    """did the run that came to its end say what an undisturbed one says?"""
    longest_s: float = 1.5
    at_work: int = 1
    """things that are under way at once, and are lost with a kill"""

    def times(self, kills: int, folder: Path, rng: random.Random) -> Tally:
        """Kill so often; a run that ends first is compared, and another begins."""
        tally, number = Tally(self.what), 0
        while tally.kills < kills:
            number += 1
            self._one(folder / str(number), tally, kills, rng)
        return tally

    def _one(self, folder: Path, tally: Tally, most: int, rng: random.Random) -> None:
        folder.mkdir(parents=True)
        kept, killed = Rows(), 0
        while tally.kills < most:
            ended = self._killed(folder, rng, tally)
            tally.held(self._whole(folder), f"{folder.name}: the store is damaged")
            now = self._kept(folder)
            tally.held(kept.items() <= now.items(), f"{folder.name}: a verdict was lost or changed")
            kept = now
            if ended:
                break
            killed, tally.kills = killed + 1, tally.kills + 1
        else:
            last = self.started(folder)
            last.join(120)
            tally.held(last.exitcode == 0, f"{folder.name}: undisturbed it ended with {last.exitcode}")
        again = sum(n - 1 for n in self.paid(folder).values())
        tally.held(again <= killed * self.at_work, f"{folder.name}: {again} paid again after {killed} kills")
        tally.held(self.same(folder), f"{folder.name}: it says something else than an undisturbed run")
        tally.runs += 1

    def started(self, folder: Path) -> Any:
        """The process of a run in this folder, at work."""
        process = _CONTEXT.Process(target=quietly, args=(self.run, self.arguments(folder)))
        process.start()
        return process

    def _killed(self, folder: Path, rng: random.Random, tally: Tally) -> bool:
        """True where the run came to its end before the kill."""
        process = self.started(folder)
        process.join(rng.uniform(0.0, self.longest_s))
        if process.exitcode is not None:
            tally.held(process.exitcode == 0, f"{folder.name}: it ended with {process.exitcode}")
            return True
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.join(30)
        _, alive = psutil.wait_procs(family, timeout=20)
        tally.held(not alive and not process.is_alive(), f"{folder.name}: {len(alive)} processes outlived the kill")
        return False

    def _whole(self, folder: Path) -> bool:
        return whole(folder / self.store)

    def _kept(self, folder: Path) -> Rows:
        return kept(folder / self.store, self.table)


def quietly(run: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Run without a word on the terminal."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        run(*arguments)


def whole(store: Path) -> bool:
    """Does SQLite find nothing wrong with the file? One that is not there is whole."""
    if not store.exists():
        return True
    try:
        with closing(sqlite3.connect(store)) as db:
            return db.execute("pragma integrity_check").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return False


def kept(store: Path, table: str) -> Rows:
    """Rows of a table, by key."""
    if not store.exists():
        return {}
    with closing(sqlite3.connect(store)) as db:
        if not db.execute("select 1 from sqlite_master where name = ?", [table]).fetchone():
            return {}
        key = {"verdicts": "key", "bench_judged": "task"}[table]
        return dict(db.execute(f"select {key}, body from {table}").fetchall())


def lines(log: Path, only: str = "") -> Counter[str]:
    """The first words of the lines of a log with `only` in them."""
    said = log.read_text().splitlines() if log.exists() else []
    return Counter(line.split()[0] for line in said if only in line)


def search(calm: str) -> Killing:
    """`optimize`: the loop and the store are real, the measuring is made up."""
    return Killing(
        what="judge, in a search",
        run=loop_run.main,
        arguments=lambda folder: (folder, 0.03),
        store="s.sqlite",
        table="verdicts",
        paid=lambda folder: lines(folder / "log"),
        same=lambda folder: (folder / "found.json").read_text() == calm,
    )


def benchmark(calm: Rows) -> Killing:
    """`bench run` with two workers: claims, verdicts and pictures are real, the desk is made up."""
    return Killing(
        what="judge, in a run of the benchmark",
        run=scripted_run.main,
        arguments=lambda folder: (folder / "s.sqlite", "scripted", 0.03),
        store="s.sqlite",
        table="bench_judged",
        paid=lambda folder: lines(folder / "log", "begin"),
        same=lambda folder: kept(folder / "s.sqlite", "bench_judged") == calm,
        at_work=2,
        longest_s=0.8,
    )
