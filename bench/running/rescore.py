"""Every metric again from the kept pictures, without running a pipeline; under the bounds of today."""

import hashlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ...knowledge.types import Absolute, FailureClass, Judged, Relative, Run, Task, Threshold
from ...tools.measure.scorer import Scorer
from ...tools.measure.statistics import relative_loss
from ...tools.store.bench import Bench, KeptPicture, Role
from ..stages import absolute as stage2
from ..stages import relative as stage3

_SCORED: tuple[FailureClass | None, ...] = (None, "absolute quality", "relative quality", "relative speed")


@dataclass
class Rescoring:
    """One run's verdicts from its pictures. What stage 1 found stays: no picture says anything about it."""

    bench: Bench
    run: Run
    tasks: dict[str, Task]
    scorer: Scorer
    bound: Callable[[Task], Threshold | None]
    """today's bound on the run's models; None: the verdict's own"""
    _seen: dict[bytes, tuple[float, ...]] = field(default_factory=dict[bytes, tuple[float, ...]])

    def judged(self) -> Iterator[tuple[Judged, Judged]]:
        """Each verdict as it was and as it is now; nothing is written."""
        for was in self.bench.judged(self.run.name):
            task = self.tasks.get(was.task)
            yield was, was if task is None or was.failure not in _SCORED else self._again(was, task)

    def _again(self, was: Judged, task: Task) -> Judged:
        pictures = self.bench.pictures(self.run.name, was.task)
        found = self._absolute(was, task, _of(pictures, "absolute"))
        if found is None:
            return was
        relative = self._relative(was.relative, pictures) if was.relative is not None else None
        wanting = stage2.shortfall(found)
        failure, sentence = ("absolute quality", wanting) if wanting else (None, "")
        if failure is None and relative is not None:
            failure, sentence = stage3.shortfall(relative, self.run.max_drift) or (None, "")
        elif failure is None and task.relative:
            # Stage 3 was never reached and its pictures were never made: the verdict stands until the task is run.
            failure, sentence = was.failure, was.sentence
        changed = {"failure": failure, "sentence": sentence, "absolute": found, "relative": relative}
        return was.model_copy(update=changed)

    def _absolute(self, was: Judged, task: Task, pictures: Sequence[KeptPicture]) -> Absolute | None:
        if was.absolute is None or len(pictures) != len(was.absolute.scores):
            return None
        bound = self.bound(task)
        return stage2.absolute(pictures, bound.threshold if bound else was.absolute.threshold, self.scorer)

    def _relative(self, was: Relative, pictures: Sequence[KeptPicture]) -> Relative:
        after, before, again = (_of(pictures, role) for role in ("candidate", "baseline", "again"))
        if not after or len(after) != len(before):
            return was
        loss, error = relative_loss(self._clip(before), self._clip(after))
        unit = max(1e-3, statistics.fmean(self._distances(before[: len(again)], again)))
        drift = statistics.fmean(max(0.0, d) / unit for d in self._distances(before, after))
        return was.model_copy(update={"loss": loss, "loss_se": error, "drift": drift})

    def _clip(self, pictures: Sequence[KeptPicture]) -> tuple[float, ...]:
        """Scores of pictures; those of a baseline serve its six tasks."""
        key = _key(pictures)
        if key not in self._seen:
            self._seen[key] = tuple(stage2.scores_of(pictures, self.scorer))
        return self._seen[key]

    def _distances(self, before: Sequence[KeptPicture], after: Sequence[KeptPicture]) -> tuple[float, ...]:
        key = _key(before) + _key(after)
        if key not in self._seen:
            raw, shape = stage2.joined(before)
            self._seen[key] = tuple(self.scorer.distances(raw, stage2.joined(after)[0], shape))
        return self._seen[key]


def _of(pictures: Sequence[KeptPicture], role: Role) -> list[KeptPicture]:
    return [p for p in pictures if p.role == role]


def _key(pictures: Sequence[KeptPicture]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for p in pictures:
        digest.update(hashlib.blake2b(p.png, digest_size=16).digest() + p.prompt.encode())
    return digest.digest()
