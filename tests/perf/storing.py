"""A store with a million evaluations: how long a look-up takes, and what an evaluation weighs."""

import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from diffagent_mcp.bench.report import results
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import Evaluation
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

from .rows import Row

MANY, ASKED = 1_000_000, 2_000
DATA = Path(__file__).parents[2] / "docs" / "results" / "data"


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


def reporting(folder: Path, env: dict[str, str]) -> Iterator[Row]:
    """`bench report` of as many verdicts as DiffBench has tasks: those that are filed, those of L4 and L5 repeated."""
    home = folder / "report"
    store = Store(home / "store.sqlite")
    bench = Bench(store)
    files = [results.loaded(p.read_text("utf-8")) for p in sorted(DATA.glob("diffagent-*.jsonl"))]
    recorded = [judged for one in files for judged in one.judged]
    raced = [j for j in recorded if j.task.startswith(("L4", "L5"))]
    known, tasks = {j.task: j for j in recorded}, [t.id for t in load()]
    run = files[0].run.model_copy(update={"tasks": tuple(tasks)})
    bench.open_run(run, "made of filed verdicts, to time the report")
    for n, task in enumerate(tasks):
        bench.keep(run.name, known.get(task) or raced[n % len(raced)].model_copy(update={"task": task}))
    store.close()
    command = [sys.executable, "-m", "diffagent_mcp", "bench", "report", run.name, "--out", str(home / "page")]
    began = time.perf_counter()
    done = subprocess.run(
        command, env={**env, "DIFFAGENT_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    how = f"wall, one run; {len(known)} of {len(tasks)} verdicts as filed, the others copies of those of L4 and L5"
    yield Row(group="Store", what=f"report of {len(tasks)} tasks", value=seconds, unit="s", limit=5.0, how=how)
