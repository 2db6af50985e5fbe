"""A real Ray of three nodes on this machine: one is killed in mid-run, and nothing is lost or counted twice."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scripted_nodes
import scripted_run

from diffagent_mcp.bench.running.fleet import Fleet
from diffagent_mcp.bench.running.on_ray import Rays
from diffagent_mcp.bench.running.work import Progress, Work
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

pytestmark = pytest.mark.slow
NAME = scripted_run.the_run().name


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without devices and two nodes of one processor each, which find the scripted nodes' code."""
    ray = pytest.importorskip("ray", reason="Ray is not installed; pip install 'diffagent-mcp[ray]'")
    utils = pytest.importorskip("ray.cluster_utils")
    tests = str(Path(scripted_nodes.__file__).parent)
    package = str(Path(tests).parent / "src")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((package, tests, os.environ.get("PYTHONPATH", ""))))
    one = utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "num_gpus": 0})
    one.nodes = [one.add_node(num_cpus=1, num_gpus=0) for _ in range(2)]
    ray.init(address=one.address, log_to_driver=False, logging_level="error")
    yield one
    ray.shutdown()
    one.shutdown()


def test_a_node_that_is_killed_loses_nothing_and_counts_nothing_twice(cluster: Any, tmp_path: Path) -> None:
    log, told = tmp_path / "log", list[str]()
    store = tmp_path / "s.sqlite"
    Bench(Store(store)).open_run(scripted_run.the_run())

    def say(progress: Progress) -> None:
        if progress.done == 10:
            cluster.remove_node(cluster.nodes[1], allow_graceful=False)
        if progress.done == 25:
            cluster.add_node(num_cpus=1, num_gpus=0)

    fleet = Fleet(Rays(scripted_nodes.ScriptedNode, scripted_nodes.setup(log, 0.5)), told.append)
    fleet.open()
    assert len(fleet.hellos) == 2
    work = Work(
        run=scripted_run.the_run(),
        tasks=scripted_run.TASKS,
        executor=fleet.briefed(scripted_nodes.brief()),
        open_bench=lambda: Bench(Store(store)),
        say=say,
        clock=time.time,
        tell=told.append,
    )
    work.do()
    judged = [j.task for j in Bench(Store(store)).judged(NAME)]
    assert sorted(judged) == sorted(t.id for t in scripted_run.TASKS), "one verdict of each"
    begun = Counter(scripted_nodes.log_of(log))
    assert work.retries.total == 1 and sum("asked again" in t for t in told) == 1
    assert set(begun) == set(judged) and sum(begun.values()) <= 41, "only what the lost node had is begun again"
