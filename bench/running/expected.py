"""How long a task is expected to take, so that the longest begin first and none of them is alone at the end."""

import statistics
from collections.abc import Iterable, Mapping, Sequence

from ...knowledge.pipelines import card_for
from ...knowledge.types import Judged, Run, Task
from ...tools.store.bench import Bench

_PICTURES = 10
"""of stage 2"""
_RACE = 36 + 2 * 12
"""pictures of stage 3 on each side, and pairs for the clock"""
_A_CANDIDATE = 16
"""pictures that a candidate of a search takes, about"""
_WEIGHT = {"sdxl": 2.5, "pixart_alpha": 1.5, "pixart_sigma": 1.5, "controlnet": 1.4, "dit": 0.8}
"""of one step on one pixel, about, in units of SD 1.5; an order is all that depends on it"""


def work_in(task: Task, evaluations: int) -> float:
    """Steps times pixels, of all pictures that judging draws. No unit: it only orders tasks that nobody has timed."""
    a = task.attributes
    card = card_for(a.pipeline_class, a.model_id)
    each = a.steps * a.width * a.height * _WEIGHT.get(card.family if card else "", 1.0)
    pictures = _PICTURES + (_RACE + evaluations * _A_CANDIDATE if task.relative else 0)
    return each * pictures


def seconds(tasks: Sequence[Task], evaluations: int, timed: Mapping[str, float]) -> dict[str, float]:
    """Expected seconds by task: what it took before, else its work at the pace of those that were timed."""
    work = {t.id: work_in(t, evaluations) for t in tasks}
    paces = [timed[id] / w for id, w in work.items() if id in timed and w > 0]
    pace = statistics.median(paces) if paces else 1e-9
    return {id: timed.get(id, w * pace) for id, w in work.items()}


def longest_first(tasks: Sequence[Task], expected: Mapping[str, float]) -> list[Task]:
    """The longest begin; equals keep their order."""
    return sorted(tasks, key=lambda t: -expected[t.id])


def timed_before(bench: Bench, run: Run) -> dict[str, float]:
    """Median seconds by task, over the runs of this store in the same environment at the same budget."""
    alike = [r for r in bench.runs() if (r.environment, r.evaluations) == (run.environment, run.evaluations)]
    return medians(j for r in alike for j in bench.judged(r.name))


def medians(judged: Iterable[Judged]) -> dict[str, float]:
    """Median seconds by task. A verdict that was looked up says nothing about time."""
    found: dict[str, list[float]] = {}
    for each in judged:
        if not each.judged_in:
            found.setdefault(each.task, []).append(each.seconds)
    return {task: statistics.median(times) for task, times in found.items()}
