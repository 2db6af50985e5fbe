"""How many calls of a language model one plan may cost: the paper's T_debug times T_code."""

from dataclasses import dataclass, field

from ...knowledge.types import Usage
from ...tools.chat.chat import CORRECTIONS

T_DEBUG, T_CODE = 3, 5
CALLS = T_DEBUG * T_CODE
"""calls for one plan at most, planning it, writing it and repairing it together"""


@dataclass
class Allowance:
    """Counts the calls of each plan. A generation is planned in one question, whose calls its plans share."""

    limit: int = CALLS - 1 - CORRECTIONS
    _used: dict[str, int] = field(default_factory=dict[str, int])

    def corrections(self, plan: str) -> int | None:
        """How often an answer about this plan may be sent back; None where no question is left."""
        left = self.limit - self._used.get(plan, 0)
        return None if left < 1 else min(CORRECTIONS, left - 1)

    def took(self, plan: str, usage: Usage) -> None:
        """Count what a question cost, answered or not."""
        self._used[plan] = self._used.get(plan, 0) + usage.requests
