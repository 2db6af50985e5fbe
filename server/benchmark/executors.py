"""Executors by name: this machine's processes, Ray, or a plugin's. `bench run --executor NAME`."""

import contextlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

from ...bench.running.fleet import Fleet, Lines
from ...bench.running.on_ray import Rays
from ...bench.running.parcels import Brief, Setup
from ...bench.solvers.problem import Solver
from ...bench.stages.thresholds import Thresholds
from ...bench.tasks.load import sha
from ...knowledge import plugins
from ...knowledge.plugins import EXECUTORS, Broken
from ...knowledge.types import Calibrated, Run, Task
from ...tools.errors import SetupError, UsageError
from .app import BenchApp

LOCAL = "local"
_NOT_SENT = {
    "home", "jobs", "llm", "llm_reader", "llm_planner", "llm_coder", "llm_debugger",
    "llm_usd", "llm_tokens", "llm_requests",
}  # fmt: skip
"""settings of the driver alone"""
Opening = Callable[[Callable[[str], Any], str, int | None], Lines]
"""from the class of a node, what it is built from, and how many devices are wanted (None: all) to the line to them"""


def known() -> tuple[str, ...]:
    """Every name that `--executor` takes."""
    return (LOCAL, "ray", *(p.name for p in plugins.found(EXECUTORS) if p.complaint is None))


@contextlib.contextmanager
def opened(
    name: str, app: BenchApp, devices: int | None, tell: Callable[[str], None]
) -> Generator[Fleet | None, None, None]:
    """The nodes of an executor, or None for this machine. Raises UsageError and SetupError with one sentence."""
    if name == LOCAL:
        yield None
        return
    opening = _opening(name)
    if app.app.team.asked:
        raise UsageError(f"--llm does not go with --executor {name}: caps on money are counted by one process only")
    from .node import Node

    fleet = Fleet(opening(Node, _setup(app).model_dump_json(), devices), tell)
    try:
        fleet.open()
        app.fleet = fleet
        yield fleet
    finally:
        fleet.close()


def _opening(name: str) -> Opening:
    if name == "ray":
        return Rays
    plugin = plugins.named(EXECUTORS, name)
    if plugin is None:
        raise UsageError(f"there is no executor {name}; name one of {', '.join(known())}")
    if isinstance(plugin.given, Broken) or not callable(plugin.given):
        raise SetupError(plugin.complaint or f"the plugin {name} of {plugin.package} is no function")
    return cast(Opening, plugin.given)


def _setup(app: BenchApp) -> Setup:
    """What every node is built from."""
    sizes, prompts = app.options.sizes, tuple(app.lines) if app.options.prompts is not None else None
    settings = app.app.settings.model_dump(mode="json", exclude=_NOT_SENT)
    return Setup(
        settings={**settings, "models": app.models},
        prompts=prompts,
        samples=sizes.prompts,
        pairs=sizes.pairs,
        blocks=sizes.blocks,
        max_drift=app.options.max_drift,
        dataset=sha(),
        asked=app.asked,
    )


def brief(
    run: Run,
    solver: tuple[str, Solver],
    tasks: tuple[Task, ...],
    calibrated: dict[str, Calibrated],
    bounds: Thresholds,
    send_pictures: bool,
) -> Brief:
    """A run as it is sent. Of a solver its name is sent, and the text of a FILE.py."""
    named, one = solver
    return Brief(
        run=run,
        solver=named,
        solver_code=Path(named).read_text(encoding="utf-8") if named.endswith(".py") else None,
        without=tuple(sorted(getattr(one, "without", ()))),
        tasks=tasks,
        calibrated=tuple(calibrated.values()),
        bounds=bounds.cards,
        send_pictures=send_pictures,
    )
