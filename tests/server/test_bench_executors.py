"""Executors by name, and a node as the driver meets it, on the zoo and without Ray."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diffagent_mcp.bench.running import expected
from diffagent_mcp.bench.running.executor import Done
from diffagent_mcp.bench.running.parcels import Brief, Hello, Setup, answered, packed
from diffagent_mcp.bench.tasks.load import load, sha
from diffagent_mcp.knowledge import plugins
from diffagent_mcp.server import cli
from diffagent_mcp.server.app import build
from diffagent_mcp.server.benchmark import executors, use_cases
from diffagent_mcp.server.benchmark.app import BenchApp
from diffagent_mcp.server.benchmark.bounds import bounds
from diffagent_mcp.server.benchmark.node import Node, lease
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.errors import SetupError, UsageError
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store


@pytest.fixture(autouse=True)
def processors() -> Iterator[None]:
    """A node keeps its process to one processor; this one is the tests' own."""
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
def driver(tmp_path: Path) -> BenchApp:
    return BenchApp(build(Settings(home=tmp_path / "home", models="zoo")))


def asked(*words: str) -> None:
    CliRunner().invoke(cli.app, list(words), catch_exceptions=False)


def test_an_unknown_executor_is_refused(driver: BenchApp) -> None:
    with pytest.raises(UsageError, match="no executor cloud; name one of local, ray"):
        asked("bench", "run", "--executor", "cloud", "--models", "zoo")
    with executors.opened("local", driver, 3, print) as fleet:
        assert fleet is None and driver.fleet is None


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SetupError, match=r"install diffagent-mcp\[ray\]"):
        asked("bench", "run", "--executor", "ray", "--models", "zoo")


def test_what_does_not_go_with_many_devices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="caps on money"):
        asked("bench", "run", "--executor", "ray", "--models", "zoo", "--llm", "scripted:errs=0.5")
    with pytest.raises(UsageError, match="--pictures nowhere"):
        asked("bench", "run", "--executor", "ray", "--pictures", "nowhere")
    refused = CliRunner().invoke(cli.app, ["optimize", str(tmp_path / "draw.py"), "--executor", "ray"])
    assert refused.exit_code == 2 and "--executor" in refused.output


PLUGIN = """
from scripted_nodes import Line, setup

def opened(node, text, devices):
    return Line([setup({log!r})] * (devices or 1))
"""


def test_a_plugin_brings_an_executor(tmp_path: Path, driver: BenchApp, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "elsewhere-1.0.dist-info").mkdir(parents=True)
    (site / "elsewhere-1.0.dist-info" / "METADATA").write_text("Name: elsewhere\nVersion: 1.0\n")
    points = "[diffagent_mcp.executors]\nelsewhere = elsewhere_nodes:opened\n"
    (site / "elsewhere-1.0.dist-info" / "entry_points.txt").write_text(points)
    (site / "elsewhere_nodes.py").write_text(
        PLUGIN.replace("{log!r}", f"__import__('pathlib').Path({str(tmp_path)!r})")
    )
    monkeypatch.syspath_prepend(site)
    plugins.found.cache_clear()
    try:
        assert executors.known() == ("local", "ray", "elsewhere")
        with executors.opened("elsewhere", driver, 2, print) as fleet:
            assert fleet is not None and len(fleet.hellos) == 2
            assert driver.environment == fleet.environment, "the run is of the nodes' environment, not of the driver's"
            with pytest.raises(SetupError, match="no bounds are measured here"):
                fleet.threshold(load()[0])
    finally:
        plugins.found.cache_clear()


def the_setup(driver: BenchApp) -> Setup:
    return Setup(settings={"models": "zoo"}, samples=36, pairs=12, blocks=4, dataset=sha(), asked=driver.asked)


def test_a_node_judges_and_keeps_its_pictures(tmp_path: Path, driver: BenchApp) -> None:
    prepared = use_cases.prepare(driver, use_cases.Wanted(solver="gold", levels=(1,), suite="full"))
    prepared = replace(prepared, tasks=(min(prepared.tasks, key=lambda t: expected.work_in(t, 0)),))
    found = bounds(driver, prepared.tasks, print)
    brief = executors.brief(prepared.run, ("gold", prepared.solver), prepared.tasks, {}, found, False)
    node = Node(the_setup(driver).model_dump_json(), tmp_path / "scratch")
    hello = Hello.model_validate_json(node.hello())
    assert hello.complaint is None and hello.environment == driver.environment
    (task,), (name, raw) = prepared.tasks, packed(brief)
    said = node.judge(task.id, name, raw)
    done = answered(task.id, driver.environment.fingerprint(), said)
    assert isinstance(done, Done) and done.judged.passed, said
    assert done.pictures == [] and said[1] == [], "nothing but the verdict travels"
    kept = Bench(Store(Path(hello.folder) / "store.sqlite"))
    assert len(kept.pictures(prepared.run.name, task.id)) == 10
    node.close()


def test_a_node_of_another_version_says_so(tmp_path: Path, driver: BenchApp) -> None:
    for changed, why in (({"dataset": "other"}, "tasks"), ({"asked": "other"}, "other pictures")):
        node = Node(the_setup(driver).model_copy(update=changed).model_dump_json(), tmp_path / "scratch")
        hello = Hello.model_validate_json(node.hello())
        assert hello.complaint is not None and why in hello.complaint and "install the same" in hello.complaint
        node.close()


def test_two_nodes_of_a_machine_have_folders_of_their_own(tmp_path: Path) -> None:
    first, second = lease(tmp_path), lease(tmp_path)
    assert (first.folder.name, second.folder.name, second.lane) == ("cpu-0", "cpu-1", 1)
    first.lock.close()
    assert lease(tmp_path).folder == first.folder, "who is gone leaves its folder to the next"


def test_a_leased_gpu_names_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    held = lease(tmp_path)
    assert held.folder.name == "gpu-3"
    with pytest.raises(SetupError, match="somebody else works on gpu-3"):
        lease(tmp_path)


def test_a_solver_of_ones_own_travels_as_text(tmp_path: Path, driver: BenchApp) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def solve(task, budget, judging):\n    return None\n")
    prepared = use_cases.prepare(driver, use_cases.Wanted(solver=str(file), levels=(1,), suite="mini", limit=1))
    bound = bounds(driver, prepared.tasks, print)
    brief: Brief = executors.brief(prepared.run, (str(file), prepared.solver), prepared.tasks, {}, bound, False)
    file.unlink()
    node = Node(the_setup(driver).model_dump_json(), tmp_path / "scratch")
    done = answered(
        prepared.tasks[0].id, driver.environment.fingerprint(), node.judge(prepared.tasks[0].id, *packed(brief))
    )
    assert isinstance(done, Done) and done.judged.failure == "no submission"
    node.close()
