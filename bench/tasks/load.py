"""Read the task file, choose tasks from it, and fill a calibrated number into a request."""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from ...knowledge.types import Calibrated, Task
from ...tools.errors import UsageError
from .marginals import family, named

DATA = Path(__file__).parents[1] / "data"
FILE = DATA / "diffbench-v1.jsonl"
Suite = Literal["full", "mini"]

_MINI = {1: 4, 2: 12, 3: 27}
_MINI_BASELINES = ("B01", "B16", "B28")
"""cheap ones of three families; each with its three difficulties in L4 and in L5"""


def load(path: Path = FILE) -> tuple[Task, ...]:
    """All tasks of a file. Raises UsageError where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Task.model_validate_json(line) for line in lines if line.strip())
    except OSError as e:
        raise UsageError(f"cannot read the tasks in {path}: {e.strerror}") from e
    except ValueError as e:
        raise UsageError(f"{path} is not a file of DiffBench tasks: {str(e).splitlines()[0]}") from e


def sha(path: Path = FILE) -> str:
    """What a run's `dataset` is: the hash of the file's bytes."""
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def find(tasks: Sequence[Task], id: str) -> Task:
    """The task called `id`. Raises UsageError where there is none."""
    found = next((t for t in tasks if t.id.lower() == id.lower()), None)
    if found is None:
        raise UsageError(
            f"there is no task {id}; ids go from {tasks[0].id} to {tasks[-1].id} (diffagent-mcp bench list)"
        )
    return found


def select(
    tasks: Sequence[Task],
    levels: Collection[int] | None = None,
    suite: Suite = "full",
    limit: int | None = None,
) -> tuple[Task, ...]:
    """Some of them, in the order of their ids. `limit` thins out evenly, so that levels keep their shares."""
    chosen = mini(tasks) if suite == "mini" else tuple(tasks)
    chosen = tuple(t for t in chosen if levels is None or t.level in levels)
    if limit is None or limit >= len(chosen):
        return chosen
    return tuple(chosen[n * len(chosen) // limit] for n in range(limit))


def mini(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """61 tasks, always the same: few of each level, and every pipeline, mode and method among them."""
    chosen: set[str] = {t.id for t in tasks if t.baseline in _MINI_BASELINES}
    features = {t.id: _features(t) for t in tasks}
    seen: dict[str, int] = {}
    for level, count in _MINI.items():
        for _ in range(count):
            left = [t for t in tasks if t.level == level and t.id not in chosen]
            if not left:
                break
            # the task whose rarest feature was seen least so far; the first of equals
            best = min(left, key=lambda t: sorted(seen.get(f, 0) for f in features[t.id]))
            chosen.add(best.id)
            for feature in features[best.id]:
                seen[feature] = seen.get(feature, 0) + 1
    return tuple(t for t in tasks if t.id in chosen)


def _features(task: Task) -> tuple[str, ...]:
    """What a small suite should have some of."""
    methods = [f"{s.method} {s.params.get('dtype', '')}" for s in task.attributes.methods]
    kind = f"{family(task)} {task.attributes.pipeline_class}"
    return (kind, f"{family(task)} {task.attributes.width}", *named(task.request), *methods)


def request_for(task: Task, calibrated: Calibrated | None) -> str:
    """The request as a solver sees it: L4 and L5 with the number that was calibrated on this machine."""
    return task.request.replace("{target}", target(task, calibrated) if task.relative and calibrated else "{target}")


def target(task: Task, calibrated: Calibrated) -> str:
    """`2.31x` for L4, `0.42 s an image` for L5."""
    difficulty = task.difficulty or "medium"
    if task.level == 4:
        return f"{calibrated.speedup(difficulty):.2f}x"
    return f"{calibrated.latency_s(difficulty):.3g} s an image"
