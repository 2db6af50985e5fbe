"""Exit codes, said once: 0 target met, 1 not met, 2 usage or script, 3 set-up, 130 interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..knowledge.types import Failure, Outcome

USAGE, SETUP, INTERRUPTED = 2, 3, 130


def of_failure(failure: Failure | type[Failure]) -> int:
    """A script that cannot be measured is the person's to mend (2), or the machine's (3)."""
    return SETUP if failure.fault == "machine" else USAGE


def of_outcome(outcome: Outcome) -> int:
    """Did `optimize` do what it was asked?"""
    if outcome.winner is not None:
        return 0
    return INTERRUPTED if outcome.stopped == "interrupted" else 1
