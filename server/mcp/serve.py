"""The server of `diffagent-mcp serve`, with all that it offers."""

from functools import cache
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

_INSTRUCTIONS = """\
DiffAgent makes Python scripts with Hugging Face diffusers pipelines faster, and proves it by measurement.
`analyze` a script, `estimate` or `plan` what is possible (expected, not measured), `optimize` to
search and prove, `evaluate` to measure code of your own, `debug` to run one. `job` follows what takes long. Nothing is
written to the person's files but by `job` with action apply, after the diff was shown.
Numbers on tiny zoo models say nothing about real models; replies say which models they are of."""


def build(settings: Settings, folders: list[Path] | None) -> Door:
    """The server for these folders. Raises UsageError for a folder that is not there."""
    place = workspace(folders, settings.home)

    @cache
    def desk() -> "Jobs":
        """The jobs of this home; their libraries are imported when the first is asked for."""
        from ..jobs.control import Jobs

        return Jobs(settings)

    bus = Bus()
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
    return door
