"""The report on disk: a main page, a page for each task, and the same in markdown and JSON."""

import json
from collections.abc import Sequence
from pathlib import Path

from ...knowledge.types import Calibrated, Judged, Run, Task
from ...tools.errors import UsageError
from ...tools.textfile import write
from .forms import as_json, markdown
from .pictures import Pictures, no_pictures


def html(
    folder: Path,
    run: Run,
    tasks: Sequence[Task],
    judged: Sequence[Judged],
    *,
    command: str = "",
    calibrated: Sequence[Calibrated] = (),
    pictures: Pictures = no_pictures,
    beside: Sequence[tuple[Run, Sequence[Judged]]] = (),
) -> Path:
    """Write report.html, tasks/ID.html, report.md and report.json into `folder`; returns the main page's path.

    `beside` are other runs on the same tasks, for the leaderboard and the curves. A file appears whole or not at all.
    """
    from .page import main_page, task_pages  # jinja2 and Pillow: loaded when a report is due, not before

    try:
        (folder / "tasks").mkdir(parents=True, exist_ok=True)
        for name, text in task_pages(run, tasks, judged, calibrated, pictures):
            write(folder / "tasks" / name, text)
        values = as_json(run, tasks, judged, command=command, calibrated=calibrated)
        write(folder / "report.json", json.dumps(values, indent=1, ensure_ascii=False) + "\n")
        write(folder / "report.md", markdown(run, tasks, judged, command=command, beside=beside))
        page = folder / "report.html"
        write(page, main_page(run, tasks, judged, command=command, calibrated=calibrated, beside=beside))
    except OSError as e:
        raise UsageError(f"cannot write the report into {folder}: {e.strerror or e}") from e
    return page
