"""The server of `diffagent-mcp serve`, with all that it offers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..settings import Settings
from . import page, prompts
from .completions import Completions
from .door import Door
from .job_tools import JobTools
from .reading_tools import ReadingTools
from .resources import Resources
from .subscriptions import Bus, Watch
from .workspace import workspace

if TYPE_CHECKING:
    from ..jobs.control import Jobs
    from ..jobs.processes import Processes

_INSTRUCTIONS = """\
DiffAgent makes Python scripts with Hugging Face diffusers pipelines faster, and proves it by measurement.
`analyze` a script, `estimate` or `plan` what is possible (expected, not measured), `optimize` to
search and prove, `evaluate` to measure code of your own, `debug` to run one. `job` follows what takes long. Nothing is
written to the person's files but by `job` with action apply, after the diff was shown.
Numbers on tiny zoo models say nothing about real models; replies say which models they are of."""


@dataclass(frozen=True)
class Desk:
    """The jobs of whoever is being served; their libraries are imported when the first is asked for."""

    settings: Settings
    person: Callable[[], str]

    def __call__(self) -> "Jobs":
        """The jobs of the person whose request this is."""
        from ..jobs.control import Jobs

        return Jobs(self.settings, self.person(), self._processes)

    def park(self) -> None:
        """End the processes of all jobs that were started here; they can go on later."""
        self().park()

    def states(self) -> dict[str, int]:
        """How many jobs are at work and how many wait, of everybody."""
        now = [state for state, _ in self().marks().values()]
        return {"running": now.count("running") + now.count("starting"), "waiting": now.count("waiting")}

    @cached_property
    def _processes(self) -> "Processes":
        from ..jobs.processes import Processes

        return Processes()


def build(settings: Settings, folders: list[Path] | None, person: Callable[[], str] = lambda: "") -> tuple[Door, Desk]:
    """The server for these folders, and the jobs behind it; `person` says whose request is being served.

    Raises UsageError for a folder that is not there.
    """
    place, desk, bus = workspace(folders, settings.home), Desk(settings, person), Bus()
    watch = Watch(desk, bus)
    door = Door(
        "diffagent",
        version=version("diffagent-mcp"),
        instructions=_INSTRUCTIONS,
        log_level="WARNING",
        extensions=[page.app()],
        subscriptions=bus,
        lifespan=watch.running,
    )
    ReadingTools(settings, place).offer(door)
    JobTools(settings, place, desk).offer(door)
    for offered in (Resources(desk), Completions(desk, place), watch, prompts):
        offered.offer(door)
    return door, desk
