"""`bench calibrate`: the baselines of L4 and L5 searched on this device, one after another, and their targets kept."""

import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...bench.calibration import (
    Evaluate,
    Ground,
    Journal,
    Landscape,
    Recipe,
    calibrate,
    calibrated_of,
    ground_of,
    labels,
    protocol,
)
from ...bench.stages.place import lay
from ...bench.tasks.load import load
from ...knowledge.types import Calibrated, Failure, Protocol, Task
from ...tools.errors import UsageError
from ...tools.measure.judge import Judge
from ...tools.measure.protocols import QUICK_PROMPTS
from ...tools.store.store import Store
from ..asked import prompt_lines
from .app import BenchApp

_SEARCHED = QUICK_PROMPTS
"""prompts of the zoo's list that searches use; trials take those after them"""


def baselines(names: Sequence[str]) -> list[Task]:
    """One task for each baseline that is named, or for all 31. Raises UsageError where a name is not known."""
    first: dict[str, Task] = {}
    for task in load():
        if task.baseline is not None:
            first.setdefault(task.baseline, task)
    wanted = [name.upper() for name in names] or sorted(first)
    if unknown := [name for name in wanted if name not in first]:
        raise UsageError(f"there is no baseline {unknown[0]}; they are {min(first)} to {max(first)}")
    return [first[name] for name in wanted]


def calibrate_all(
    one: BenchApp, tasks: Sequence[Task], recipe: Recipe, pairs: int, command: str, say: Callable[[str], None]
) -> list[Landscape]:
    """Search each baseline; what is finished is kept at once, so that the same command goes on after it was killed."""
    found: list[Landscape] = []
    for task in tasks:
        with _ground(one, task, recipe, pairs, command) as ready:
            if not isinstance(ready, tuple):
                say(f"{task.baseline}: cannot be calibrated: {ready.message}")
                continue
            ground, evaluate = ready
            landscape = calibrate(ground, journal(one, ground.baseline), evaluate, time.monotonic, say)
        found.append(landscape)
        kept = calibrated_of(landscape)
        one.open_bench().keep_calibrated(kept)
        say(sentence(landscape, kept))
    return found


def journal(one: BenchApp, baseline: str) -> Journal:
    """Where a baseline's trials in this environment are written as they are made."""
    return Journal(folder(one) / f"{baseline}.jsonl")


def folder(one: BenchApp) -> Path:
    """The landscapes of this environment; `bench.calibration.imported` reads them, `exported` copies them."""
    return one.app.settings.home / "landscapes" / one.environment.fingerprint()[:12]


def sentence(landscape: Landscape, kept: Calibrated) -> str:
    """`B07: medium 2.31x by deepcache(interval=3); hard (2.77x): not found within 50 trials`"""
    hard = labels(landscape)[-1]
    plan = kept.witness or "nothing that was tried"
    return f"{kept.baseline}: medium {kept.medium:.2f}x by {plan}; hard ({hard.required:.2f}x): {hard.sentence()}"


@contextmanager
def _ground(
    one: BenchApp, task: Task, recipe: Recipe, pairs: int, command: str
) -> Generator[tuple[Ground, Evaluate] | Failure, None, None]:
    """A baseline with its own runner and judge, which end with it."""
    store = Store(one.app.settings.home / "store.sqlite")
    with tempfile.TemporaryDirectory(prefix="diffbench-") as place, one.runner() as runner:
        laid = lay(task, Path(place))
        subject = laid.subject(task.reference)
        assert subject is not None, "every baseline's text shows its pipeline"
        judge = Judge(
            subject=subject,
            environment=one.environment,
            protocols={"quick": _protocol(one, task, recipe.samples, pairs)},
            runner=lambda: runner,
            scorer=lambda: one.scorer,
            store=store,
            limits=one.app.limits,
        )
        try:
            yield ground_of(task, judge, recipe, command)
        finally:
            judge.close()
            store.close()


def _protocol(one: BenchApp, task: Task, samples: int, pairs: int) -> Protocol:
    """Prompts that neither searches nor stages use, where there are enough; else theirs with other seeds."""
    classes = one.classes(task)
    if classes is not None:
        ids = sorted(classes)
        even = [ids[n * len(ids) // samples] for n in range(samples)] if len(ids) > samples else ids
        return protocol([classes[i] for i in even], samples, pairs, even)
    if one.models == "zoo" and one.options.prompts is None:
        return protocol(prompt_lines(one.app.zoo_prompts / "quick.txt")[_SEARCHED:], samples, pairs)
    return protocol(one.lines, samples, pairs)
