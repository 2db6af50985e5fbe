"""When a request that failed is worth sending again, and how long to wait before it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ...knowledge.types import ChatFailure, Usage

Good = TypeVar("Good")


@dataclass(frozen=True)
class Again:
    """A failure that may pass: overloaded, too many requests, a broken connection."""

    failure: ChatFailure
    after_s: float | None = None
    """how long the provider asks to wait"""


@dataclass(frozen=True)
class Patience:
    """Waits double from try to try, each between half and all of it at random, so that clients do not march in step."""

    tries: int = 4
    first_s: float = 1.0
    longest_s: float = 60.0
    """where a provider asks for more, it is not asked again"""
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)

    def wait_s(self, tried: int, asked: float | None) -> float | None:
        """Seconds before the next try, after `tried` of them; None: no more of it."""
        if tried >= self.tries or (asked or 0.0) > self.longest_s:
            return None
        doubled = min(self.longest_s, self.first_s * 2 ** (tried - 1))
        return max(asked or 0.0, doubled * self.rng.uniform(0.5, 1.0))

    def keep_trying(self, request: Callable[[], Good | ChatFailure | Again]) -> tuple[Good | ChatFailure, Usage]:
        """Send a request until it ends well, fails for good or patience ends; and what the failed ones cost."""
        tried, spent = 0, Usage()
        while True:
            ended = request()
            if not isinstance(ended, Again):
                return ended, spent
            tried += 1
            wait = self.wait_s(tried, ended.after_s)
            if wait is None:
                return _given_up(ended, tried), spent
            spent += ended.failure.usage
            self.sleep(wait)


def _given_up(last: Again, tried: int) -> ChatFailure:
    often = "once" if tried == 1 else f"{tried} times"
    asked = f"; it asks to wait {last.after_s:.0f} s" if last.after_s else ""
    return last.failure.model_copy(update={"message": f"{last.failure.message} (tried {often}{asked})"})
