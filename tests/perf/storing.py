"""A store with a million evaluations: how long a look-up takes, and what an evaluation weighs."""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from diffagent_mcp.knowledge.types import Evaluation
from diffagent_mcp.tools.store.store import Store

from .rows import Row

MANY, ASKED = 1_000_000, 2_000


def rows(one: Evaluation) -> Iterator[Row]:
    """`one` is an evaluation that was measured: every row of the store is as long."""
    with tempfile.TemporaryDirectory(prefix="diffagent-perf-") as folder:
        path = Path(folder) / "store.sqlite"
        Store(path).close()
        _fill(path, one.model_dump_json())
        store, rng = Store(path), random.Random(1)
        taken: list[float] = []
        for _ in range(ASKED):
            key = _key(rng.randrange(MANY))
            began = time.perf_counter()
            found = store.get(key)
            taken.append(time.perf_counter() - began)
            assert isinstance(found, Evaluation)
        size = path.stat().st_size / MANY
        store.close()
    how = f"median of {ASKED} keys among {MANY:,}, validated"
    yield Row(
        group="Store", what="look-up by key", value=1000 * statistics.median(taken), unit="ms", limit=1.0, how=how
    )
    yield Row(
        group="Store",
        what="size of an evaluation",
        value=size / 1000,
        unit="kB",
        limit=20.0,
        how="file over rows; the limit is ours",
    )


def _fill(path: Path, body: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    insert = "insert into verdicts (key, kind, body) values (?, 'evaluation', ?)"
    connection.executemany(insert, ((_key(n), body) for n in range(MANY)))
    connection.execute("commit")
    connection.close()


def _key(number: int) -> str:
    return f"{random.Random(number).getrandbits(128):032x}"
