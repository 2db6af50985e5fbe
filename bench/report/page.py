"""The benchmark's page and a page for each task: files that fetch nothing.

The main page has one script, which filters the list of tasks; its hash is in the page's policy, so that no other can
run, whatever a candidate wrote. The pages of tasks have none.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ...knowledge.types import Calibrated, Judged, Run, Task
from ...tools.report.html import templates
from ..scores import Case, cases, score
from .pictures import Pictures
from .view_main import main_view
from .view_task import task_view

_FOLDER = Path(__file__).parent / "templates"


def main_page(
    run: Run,
    tasks: Sequence[Task],
    judged: Sequence[Judged],
    *,
    command: str,
    calibrated: Sequence[Calibrated],
    beside: Sequence[tuple[Run, Sequence[Judged]]],
) -> str:
    """The page of a run."""
    found = cases(run, tasks, judged)
    runs = [(run, score(run, tasks, judged)), *((other, score(other, tasks, said)) for other, said in beside)]
    pages = {case.task.id: f"tasks/{page_name(case.task.id)}" for case in found}
    script = (_FOLDER / "filter.js").read_text(encoding="utf-8")
    view = main_view(runs, found, command, calibrated, pages)
    return _rendered("bench.html.j2", view | {"script": Markup(script), "script_hash": _hash(script)})


def task_pages(
    run: Run,
    tasks: Sequence[Task],
    judged: Sequence[Judged],
    calibrated: Sequence[Calibrated],
    pictures: Pictures,
) -> Iterator[tuple[str, str]]:
    """File name and page of every task that was judged, one after the other."""
    found, targets = cases(run, tasks, judged), {c.baseline: c for c in calibrated}
    for n, case in enumerate(found):
        around = (_name_at(found, n - 1), _name_at(found, n + 1))
        view = task_view(case, targets, pictures(case.task.id), around)
        yield page_name(case.task.id), _rendered("task.html.j2", view | {"run": run.name})


def page_name(task: str) -> str:
    """`L3-117.html`: nothing in an id can leave the folder."""
    return f"{re.sub(r'[^A-Za-z0-9_-]', '_', task)}.html"


def _name_at(found: Sequence[Case], n: int) -> str:
    return page_name(found[n].task.id) if 0 <= n < len(found) else ""


def _rendered(name: str, view: dict[str, Any]) -> str:
    return templates(_FOLDER).get_template(name).render(view)


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
