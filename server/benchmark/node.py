"""A node of a cluster: one leased device, a scratch folder of its own, and a desk that stays warm.

It is built and asked by the driver with plain text. What it draws is scored here and stays here.
"""

import fcntl
import os
import socket
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from ...agents.llm.team import Ablation
from ...bench.running.desk import Desk
from ...bench.running.parcels import Answer, Brief, Hello, PictureOf, Setup, brief_of
from ...bench.running.threads import keep_to_processor
from ...bench.solvers.problem import Solver
from ...bench.stages.protocols import Sizes
from ...bench.stages.thresholds import Thresholds, card_name, ground
from ...bench.tasks.load import load, sha
from ...knowledge.types import Judged, Run, Task
from ...tools.errors import SetupError, UsageError
from ...tools.store.bench import KeptPicture
from ..app import build
from ..settings import Settings
from .app import BenchApp, Options
from .bounds import measured
from .diffagent import DiffAgent
from .solvers import solver_named


class Node:
    """What Ray makes an actor of. Nothing is built before the first question."""

    def __init__(self, setup: str, root: Path | None = None) -> None:
        self._setup = Setup.model_validate_json(setup)
        self._root = root or scratch()
        self._open = ExitStack()
        self._at: tuple[str, Desk, Brief] | None = None

    def hello(self) -> str:
        """Who it is, and whether it can do this run's tasks at all."""
        host, environment, complaint = socket.gethostname(), None, self._other_version()
        try:
            environment = self._app.environment if complaint is None else None
        except SetupError as e:
            complaint = str(e)
        folder = str(self._lease.folder) if environment is not None else ""
        return Hello(host=host, folder=folder, environment=environment, complaint=complaint).model_dump_json()

    def judge(self, task: str, name: str, brief: bytes) -> tuple[str, list[bytes]]:
        """One task: a verdict that is kept here whole, and sent without its pictures unless they are asked for."""
        environment = self._app.environment.fingerprint()
        try:
            desk, about = self._at_work(name, brief)
            judged, pictures = desk.judge(next(t for t in about.tasks if t.id == task))
        except (SetupError, UsageError) as e:
            return Answer(environment=environment, complaint=str(e)).model_dump_json(), []
        self._keep(about.run, judged, pictures)
        sent = pictures if about.send_pictures else []
        of = tuple(PictureOf(role=p.role, prompt=p.prompt, seed=p.seed) for p in sent)
        said = Answer(environment=environment, judged=judged, pictures=of)
        return said.model_dump_json(), [p.png for p in sent]

    def threshold(self, task: str) -> tuple[str, str]:
        """Stage 2's bound for the pipeline of a task, measured here; or why it cannot be."""
        one = Task.model_validate_json(task)
        try:
            return measured(self._app, card_name(one), one).model_dump_json(), ""
        except SetupError as e:
            return "", str(e)

    def close(self) -> None:
        """End what is open and what was started; Ray ends the process instead."""
        self._open.close()
        self._app.close()
        self._lease.lock.close()

    def _other_version(self) -> str | None:
        if sha() != self._setup.dataset:
            return "it has another version of DiffBench's tasks; install the same diffagent-mcp everywhere"
        if self._app.asked != self._setup.asked:
            return "its version of diffagent-mcp asks for other pictures; install the same one everywhere"
        return None

    @cached_property
    def _lease(self) -> "Lease":
        return lease(self._root)

    @cached_property
    def _app(self) -> BenchApp:
        """The benchmark as the driver has it set up, in this node's folder."""
        s, folder = self._setup, self._lease.folder
        prompts = None
        if s.prompts is not None:
            prompts = folder / "prompts.txt"
            prompts.write_text("\n".join(s.prompts) + "\n", encoding="utf-8")
        sizes = Sizes(prompts=s.samples, pairs=s.pairs, blocks=s.blocks)
        settings = Settings.model_validate({**s.settings, "home": folder})
        app = BenchApp(build(settings), Options(prompts=prompts, sizes=sizes, max_drift=s.max_drift))
        if gpu() is None and app.threads == 1:
            keep_to_processor(self._lease.lane, len(os.sched_getaffinity(0)))
        return app

    def _at_work(self, name: str, raw: bytes) -> tuple[Desk, Brief]:
        """The desk for this run; one that is open stays open for the run's next task."""
        if self._at is None or self._at[0] != name:
            self._at = None
            self._open.close()
            brief, app = brief_of(name, raw), self._app
            bench = app.open_bench()
            bench.open_run(brief.run)
            bench.store.close()
            bounds = Thresholds(ground=ground(app.environment, app.asked_absolute), cards=brief.bounds)
            numbers = {c.baseline: c for c in brief.calibrated}
            desk = self._open.enter_context(app.desk(brief.run, self._solver(brief), numbers, bounds.of))
            self._at = (name, desk, brief)
        return self._at[1], self._at[2]

    def _solver(self, brief: Brief) -> Solver:
        """The solver by its name, built here from text; nothing that was pickled is called."""
        name = brief.solver
        if brief.solver_code is not None:
            file = self._lease.folder / Path(brief.solver).name
            file.write_text(brief.solver_code, encoding="utf-8")
            name = str(file)
        agent = DiffAgent(brief.run.seed, without=frozenset(cast(list[Ablation], list(brief.without))))
        return solver_named(name, brief.run.seed, load(), {c.baseline: c for c in brief.calibrated}, agent)

    def _keep(self, run: Run, judged: Judged, pictures: list[KeptPicture]) -> None:
        bench = self._app.open_bench()
        bench.keep(run.name, judged, pictures)
        bench.store.close()


@dataclass(frozen=True)
class Lease:
    """A folder that no other process works in while this one lives."""

    folder: Path
    lane: int
    lock: IO[str]


def scratch() -> Path:
    """Where nodes of this machine work: on its own disk, where TMPDIR points, for a store is no file for a network."""
    return Path(tempfile.gettempdir()) / f"diffagent-nodes-{os.getuid()}" / socket.gethostname()


def gpu() -> str | None:
    """The device that was leased to this process, as CUDA numbers or names it; None: a processor."""
    return (os.environ.get("CUDA_VISIBLE_DEVICES") or "").split(",")[0] or None


def lease(root: Path) -> Lease:
    """The folder of the GPU, else of the first free lane. Raises SetupError where somebody else works on the GPU."""
    device = gpu()
    names = [f"gpu-{device}"] if device else [f"cpu-{n}" for n in range(4096)]
    for lane, name in enumerate(names):
        folder = root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return Lease(folder, lane, lock)
    raise SetupError(f"somebody else works on {names[0]} of {socket.gethostname()}")
