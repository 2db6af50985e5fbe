"""A folder of its own for one task, with the pictures that its code reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...knowledge.types import PipelineSite, Script, Task
from ...tools.measure.baseline import Subject
from ...tools.script.analyse import analyse
from ...tools.script.choose import choose
from ...tools.textfile import write
from ..tasks import inputs

SCRIPT = "script.py"


@dataclass(frozen=True)
class Place:
    """Where the task's scripts are thought to stand; the runner lays what is here beside whatever it runs."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / SCRIPT

    def subject(self, code: str) -> Subject | None:
        """A script as the judge takes it; None where its text shows no pipeline."""
        site = site_of(code)
        return Subject(self.path, code, site) if site is not None else None

    def job(self, code: str) -> dict[str, Any]:
        """What the runner is told of code from outside: its one pipeline, or else the first that is called."""
        found = self.subject(code)
        if found is not None:
            return found.job(code)
        return {"code": code, "script": SCRIPT, "arguments": [], "pipeline_class": None, "sites": []}


def lay(task: Task, folder: Path) -> Place:
    """Write a task's reference and the files that it reads into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    inputs.lay(task, folder)
    place = Place(folder)
    write(place.path, task.reference)
    return place


def site_of(code: str) -> PipelineSite | None:
    """The pipeline that a script is about; None where its text shows none, or several and no way to choose."""
    script = analyse(SCRIPT, code)
    found = choose(script, None) if isinstance(script, Script) else None
    return found if isinstance(found, PipelineSite) else None
