"""What a run is worth: rates, means and comparisons, all of them pure functions of what was judged."""

from .cases import Case, cases
from .compare import Comparison, compare
from .intervals import Mean, Rate, mcnemar, mean_of, rate_of, wilson
from .score import Cell, FailureCount, FastPoint, Group, Scores, Totals, score

__all__ = [
    "Case",
    "Cell",
    "Comparison",
    "FailureCount",
    "FastPoint",
    "Group",
    "Mean",
    "Rate",
    "Scores",
    "Totals",
    "cases",
    "compare",
    "mcnemar",
    "mean_of",
    "rate_of",
    "score",
    "wilson",
]
