"""The table of marginals in docs/diffbench.md, counted from the task file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ...knowledge.types import Task
from . import marginals

PAGE = Path(__file__).resolve().parents[2] / "docs" / "diffbench.md"
_BEGIN, _END = "<!-- marginals: written by `python -m diffagent_mcp.bench.tasks` -->", "<!-- end of marginals -->"


def with_table(page: str, tasks: Sequence[Task]) -> str:
    """The page with its table written anew."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{table(tasks)}{_END}{after}"


def table(tasks: Sequence[Task]) -> str:
    """Every published count beside the counted one, and what the paper does not publish."""
    rows = [("tasks", 604, len(tasks))]
    rows += [(f"level {level}", n, marginals.levels(tasks)[level]) for level, n in marginals.LEVELS.items()]
    rows += [(f"pipeline {name}", n, marginals.pipelines(tasks)[name]) for name, n in marginals.PIPELINES.items()]
    rows += [(f"requests that name {name}", n, marginals.methods(tasks)[name]) for name, n in marginals.NAMED.items()]
    rows.append(("baselines of L4 and L5", marginals.BASELINES, len({t.baseline for t in tasks if t.baseline})))
    more = [(f"mode {m}", "some", n) for m, n in sorted(marginals.modes(tasks).items())]
    more += [(f"{s} pixels", "256 to 1024", n) for s, n in sorted(marginals.sizes(tasks).items())]
    more.append(("held-out phrasings", "ours", sum(t.held_out for t in tasks)))
    return _lines((("", "published", "counted"), ("---",) * 3, *rows, *more))


def _lines(rows: Iterable[Sequence[object]]) -> str:
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in rows)
