"""The judging handle that a solver gets: the one judge, with a count of what was asked."""

from collections.abc import Callable

from ...knowledge.types import Candidate, Failure, InvalidPlan, Profile, Verdict
from ...tools.measure.baseline import Baseline
from ...tools.measure.judge import Judge


class Handle:
    """Counts each different candidate once for each protocol, whether it is measured now or its verdict was kept."""

    def __init__(self, budget: int, judge: Judge | None, run: Callable[[str], Failure | None]) -> None:
        self.budget = budget
        self._judge = judge
        self._run = run
        self._asked: dict[tuple[str, str], Verdict | Failure | None] = {}

    @property
    def used(self) -> int:
        return len(self._asked)

    @property
    def left(self) -> int:
        return max(0, self.budget - self.used)

    def baseline(self) -> Profile | Failure:
        if self._judge is None:
            return InvalidPlan(message="this task has no baseline to compare with")
        found = self._judge.baseline("quick")
        return found.profile if isinstance(found, Baseline) else found

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        """What this solver has asked before. What others have measured still counts when it is asked for."""
        kept = self._asked.get((protocol, candidate.code))
        return kept if kept is not None else None

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        key = (protocol, candidate.code)
        if (again := self._asked.get(key)) is not None:
            return again
        refused = self._refused()
        if refused is not None or self._judge is None:
            return refused or InvalidPlan(message="this task has no baseline to compare with")
        found = self._judge.known(candidate, protocol) or self._judge.evaluate(candidate, protocol)
        self._asked[key] = found
        return found

    def runs(self, code: str) -> Failure | None:
        key = ("runs", code)
        if key not in self._asked:
            if (refused := self._refused()) is not None:
                return refused
            self._asked[key] = self._run(code)
        found = self._asked[key]
        return found if isinstance(found, Failure) else None

    def _refused(self) -> InvalidPlan | None:
        if self.left:
            return None
        return InvalidPlan(message=f"the budget of {self.budget} evaluations is spent")
