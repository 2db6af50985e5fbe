"""The pictures of a task, as the report takes them. The store's `KeptPicture` is one."""

from collections.abc import Callable, Sequence
from typing import Protocol


class TaskPicture(Protocol):
    """One picture as it was scored, and what it was asked to show."""

    @property
    def role(self) -> str:
        """`absolute` for stage 2; `baseline` and `candidate` for stage 3; others are not shown."""
        ...

    @property
    def prompt(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def png(self) -> bytes: ...


Pictures = Callable[[str], Sequence[TaskPicture]]
"""task id -> its pictures; asked one task at a time, so that no run need be held in memory"""


def no_pictures(task: str) -> Sequence[TaskPicture]:
    """For runs whose pictures were not kept."""
    return ()


def pairs(pictures: Sequence[TaskPicture]) -> list[tuple[TaskPicture, TaskPicture]]:
    """Baseline beside candidate, where both drew the same prompt with the same seed."""
    after = {(p.prompt, p.seed): p for p in pictures if p.role == "candidate"}
    return [(p, after[p.prompt, p.seed]) for p in pictures if p.role == "baseline" and (p.prompt, p.seed) in after]
