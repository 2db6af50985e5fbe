"""Limits on time, held on machines that other people use too."""

import time
from collections.abc import Callable


def least(measure: Callable[[], float], limit: float, tries: int = 8) -> float:
    """The least of some tries; once one keeps the limit no more are made.

    A busy machine takes longer for the same work, by bursts: after a few tries it is given a moment.
    """
    found = measure()
    for n in range(1, tries):
        if found <= limit:
            break
        time.sleep(0.5 * n if n > 2 else 0)
        found = min(found, measure())
    return found
