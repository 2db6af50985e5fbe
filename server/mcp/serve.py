"""The server of `diffagent-mcp serve`, with its tools."""

from importlib.metadata import version
from pathlib import Path

from ..settings import Settings
from .door import Door
from .job_tools import JobTools
from .reading_tools import ReadingTools
from .workspace import workspace

_INSTRUCTIONS = """\
DiffAgent makes Python scripts with Hugging Face diffusers pipelines faster, and proves it by measurement.
`analyze` a script, `estimate` or `plan` what is possible (expected, not measured), `optimize` to
search and prove, `evaluate` to measure code of your own, `debug` to run one. `job` follows what takes long. Nothing is
written to the person's files but by `job` with action apply, after the diff was shown.
Numbers on tiny zoo models say nothing about real models; replies say which models they are of."""


def build(settings: Settings, folders: list[Path] | None) -> Door:
    """The server for these folders. Raises UsageError for a folder that is not there."""
    door = Door("diffagent", version=version("diffagent-mcp"), instructions=_INSTRUCTIONS, log_level="WARNING")
    place = workspace(folders, settings.home)
    ReadingTools(settings, place).offer(door)
    JobTools(settings, place).offer(door)
    return door
