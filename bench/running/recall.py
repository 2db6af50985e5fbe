"""The same code for the same task on the same ground is drawn and scored once, whoever hands it in."""

from collections.abc import Callable
from dataclasses import dataclass

from ...knowledge.types import Failure, Judged, Run, Task, Threshold
from ...tools.store.bench import Bench, KeptPicture


@dataclass(frozen=True)
class Recalled:
    """A verdict of another run, with the pictures behind it."""

    run: str
    judged: Judged
    pictures: tuple[KeptPicture, ...]


def recall(bench: Bench, run: Run, bound: Callable[[Task], Threshold], task: Task, code: str | None) -> Recalled | None:
    """What another run found of this code. Never for L4 and L5: their stage 3 is a race, which is run each time."""
    if code is None or task.relative:
        return None
    for other, found in bench.of_code(task.id, code):
        if other.name != run.name and _same_ground(other, run) and _holds(found, bound(task)):
            return Recalled(found.judged_in or other.name, found, tuple(bench.pictures(other.name, task.id)))
    return None


def _same_ground(one: Run, other: Run) -> bool:
    return (one.dataset, one.asked, one.environment) == (other.dataset, other.asked, other.environment)


def _holds(found: Judged, bound: Threshold) -> bool:
    """Is it what the stages would say today? A failure that may have been the machine's is not kept."""
    if isinstance(found.crash, Failure) and not found.crash.holds():
        return False
    it = found.absolute
    return it is None or (it.threshold, it.prompts, it.seeds) == (bound.threshold, bound.prompts, bound.seeds)
