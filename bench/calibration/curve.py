"""The picture of a replay: how many games are won within how many evaluations."""

from collections.abc import Sequence
from io import BytesIO

from matplotlib.figure import Figure

from ...knowledge.types import Difficulty
from .duel import reached
from .replay import Games

_STYLES = (("#0b5cad", "-"), ("#0b5cad", "--"), ("#c2410c", "-"), ("#6b7280", "-"), ("#7c3aed", "-"), ("#15803d", "-"))


def curve(played: Sequence[Games], difficulty: Difficulty) -> bytes:
    """A PNG: a line for each solver, over all landscapes and seeds at one difficulty."""
    wanted = [g for g in played if g.difficulty == difficulty]
    budget = max((g.budget for g in wanted), default=1)
    figure = Figure(figsize=(7.2, 4.2), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    for n, name in enumerate(dict.fromkeys(g.solver for g in wanted)):
        group = [g for g in wanted if g.solver == name]
        colour, dashes = _STYLES[n] if n < len(_STYLES) else ("#a16207", "-")
        shares = [100 * reached(group, k) for k in range(budget + 1)]
        axes.step(range(budget + 1), shares, dashes, where="post", color=colour, label=name, linewidth=1.8)
    axes.set_xlabel("evaluations")
    axes.set_ylabel(f"games that met {difficulty}, %")
    axes.set_xlim(0, budget)
    axes.set_ylim(0, 101)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.set_title("Replayed from recorded plans", fontsize=10)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()
