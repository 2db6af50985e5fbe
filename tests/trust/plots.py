"""The plots of the study, as PNG."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from diffagent_mcp.knowledge.types import Evaluation

from .science import power

_COLOURS = ("#2563eb", "#d97706")
_LOSSES = (0.01, 0.03, 0.05)


def _figure(columns: int = 1) -> tuple[Any, Any]:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    return pyplot.subplots(1, columns, figsize=(4.6 * columns, 3.4), constrained_layout=True, squeeze=False)


def _saved(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=110, metadata={"Software": None})


def intervals(groups: Mapping[str, Sequence[Evaluation]], path: Path) -> None:
    """Every interval of a script against itself, the lowest first: those that miss 1 stand out."""
    figure, axes = _figure(len(groups))
    for axis, (name, found) in zip(axes[0], groups.items(), strict=True):
        for n, e in enumerate(sorted(found, key=lambda e: e.speedup)):
            i = e.speedup_interval
            axis.plot([n, n], [i.low, i.high], color=_COLOURS[not i.low <= 1 <= i.high], linewidth=1)
            axis.plot([n], [e.speedup], ".", color="black", markersize=2)
        axis.axhline(1, color="gray", linewidth=0.7)
        axis.set(title=f"{name} ({len(found)})", xlabel="comparison", ylabel="speedup, 95%", ylim=(0.7, 1.4))
    _saved(figure, path)


def widths(groups: Mapping[str, Sequence[tuple[float, float]]], path: Path) -> None:
    """How far blocks disagree, against how many processes wanted a processor."""
    figure, axes = _figure()
    for colour, (name, points) in zip(_COLOURS, groups.items(), strict=False):
        axes[0][0].plot([x for _, x in points], [100 * y for y, _ in points], ".", color=colour, label=name)
    axes[0][0].axhline(100 * math.log(1.03), color="gray", linewidth=0.7)
    axes[0][0].set(xlabel="load of the machine (two processors)", ylabel="blocks disagree by, %")
    axes[0][0].legend(fontsize=7)
    _saved(figure, path)


def powers(deviation: float, path: Path) -> None:
    """The chance to tell a loss from none, by prompts."""
    figure, axes = _figure()
    prompts = range(4, 401, 4)
    for loss in _LOSSES:
        axes[0][0].plot(prompts, [power(deviation, loss, n) for n in prompts], label=f"loss of {loss:.0%}")
    for n in (16, 48):
        axes[0][0].axvline(n, color="gray", linewidth=0.7)
    axes[0][0].set(xlabel="prompts", ylabel="chance to see it", xscale="log", ylim=(0, 1.02))
    axes[0][0].legend(fontsize=7)
    _saved(figure, path)
