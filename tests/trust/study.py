"""`PYTHONPATH=tests python -m trust.study`: figures and plots of the ruler's errors, from what was recorded.

Reads docs/results/trust/aa.jsonl (`python -m trust.aa` adds to it) and docs/results/landscapes; writes aa.json,
power.json and the plots beside them. Needs nothing that measures, and says the same each time.
"""

import json
import statistics
from pathlib import Path
from random import Random
from typing import Any

from diffagent_mcp.knowledge.types import Evaluation

from . import plots
from .science import (
    TARGETS,
    Block,
    Share,
    bias,
    comparisons,
    faster,
    met,
    noise,
    places,
    power,
    prompts_needed,
    quick,
    share,
    stopping,
    stretches,
    width,
)

HERE = Path(__file__).parents[2] / "docs" / "results" / "trust"
LANDSCAPES = HERE.parent / "landscapes"
LOSSES = (0.01, 0.03, 0.05)
PROMPTS = (16, 32, 48)
DEVIATIONS, RUNS = (0.01, 0.02, 0.03, 0.05, 0.08), 2000
"""of made-up blocks, for what ending early costs"""
GROUP = 6
"""blocks of which the noise is told, for the plot of widths"""


def main() -> None:
    """Read, reckon, write."""
    blocks, alone = recorded(HERE / "aa.jsonl"), recorded(HERE / "aa-quick.jsonl")
    (HERE / "aa.json").write_text(json.dumps(timing(blocks, alone), indent=1) + "\n")
    early = {f"{d:.0%}": [round(x, 3) for x in stopping(d, Random(0), RUNS)] for d in DEVIATIONS}
    (HERE / "stopping.json").write_text(json.dumps(early, indent=1) + "\n")
    deviations = of_prompts(LANDSCAPES)
    (HERE / "power.json").write_text(json.dumps(quality(deviations), indent=1) + "\n")
    plots.intervals({_name(n): comparisons(some) for n, some in stretches(blocks)}, HERE / "aa-intervals.png")
    plots.widths({_name(n): _noise_and_width(some) for n, some in stretches(blocks)}, HERE / "aa-widths.png")
    plots.powers(statistics.median(deviations), HERE / "power.png")
    print(f"{len(blocks)} blocks and {len(deviations)} candidates: see {HERE}")


def recorded(path: Path) -> list[Block]:
    """The blocks of a file, in the order in which they were measured."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [_block(json.loads(line)) for line in lines]


def _block(line: dict[str, Any]) -> Block:
    before, after = (tuple(line[side]) for side in ("before", "after"))
    return Block(before, after, line["swapped"], line["neighbour"], line["load"])


def _name(neighbour: bool) -> str:
    return "with a busy neighbour" if neighbour else "as the machine was"


def timing(blocks: list[Block], alone: list[Block]) -> dict[str, Any]:
    """The figures of the comparisons, with a neighbour and without; `alone` are single blocks, as in the search."""
    quicks = {n: quick(some) for n, some in stretches(alone)}
    return {_name(n): _timing(some, quicks[n]) for n, some in stretches(blocks) if len(some) >= 12}


def _timing(blocks: list[Block], quicks: list[Evaluation]) -> dict[str, Any]:
    finals = comparisons(blocks)
    wanted = {str(t): [met(e, t) for e in comparisons(blocks, t)] for t in TARGETS}
    found = {str(t): [e.speedup >= t for e in quicks] for t in TARGETS}
    return {
        "blocks": len(blocks),
        "load": round(statistics.median(b.load for b in blocks), 1),
        "image_s": round(statistics.median(s for b in blocks for s in b.before), 3),
        "bias": [round(x, 4) for x in bias(blocks)],
        "places": [round(x, 4) for x in places(blocks)],
        "noise": round(noise([b.ratios() for b in blocks]), 4),
        "final": {
            **_figures(finals),
            "pairs": round(statistics.fmean(e.pairs for e in finals), 1),
            "inconclusive": _said(share([e.noisy for e in finals])),
            "met": {t: _said(share(true)) for t, true in wanted.items()},
        },
        "quick": {**_figures(quicks), "met": {t: _said(share(true)) for t, true in found.items()}},
    }


def _figures(found: list[Evaluation]) -> dict[str, Any]:
    holds = [e.speedup_interval.low <= 1 <= e.speedup_interval.high for e in found]
    return {
        "comparisons": len(found),
        "lowest": round(min(e.speedup for e in found), 3),
        "highest": round(max(e.speedup for e in found), 3),
        "width": round(statistics.median(map(width, found)), 4),
        "holds_1": _said(share(holds)),
        "faster": _said(share([faster(e) for e in found])),
    }


def _said(one: Share) -> list[float]:
    """Count, of how many, and the interval of the share."""
    return [one.count, one.of, round(one.interval.low, 4), round(one.interval.high, 4)]


def _noise_and_width(blocks: list[Block]) -> list[tuple[float, float]]:
    """For groups of blocks: how far they disagree, and how wide the interval is that a comparison of them has."""
    groups = [blocks[k : k + GROUP] for k in range(0, len(blocks) - GROUP + 1, GROUP)]
    ratios = [[b.ratios() for b in group] for group in groups]
    return [(noise(r), statistics.median(b.load for b in g)) for r, g in zip(ratios, groups, strict=True)]


def of_prompts(folder: Path) -> list[float]:
    """Deviation of one prompt's relative loss, for each measured candidate of each landscape."""
    found: list[float] = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines()[1:]:
            e = json.loads(line).get("measured") or {}
            if e.get("loss_se"):
                found.append(e["loss_se"] * e["prompts"] ** 0.5)
    return found


def quality(deviations: list[float]) -> dict[str, Any]:
    """Prompts that are needed, and what the protocols' numbers of prompts can see."""
    low, middle, high = statistics.quantiles(deviations, n=4)
    spread = {"lower quartile": low, "median": middle, "upper quartile": high}
    return {
        "candidates": len(deviations),
        "deviation": {name: round(d, 4) for name, d in spread.items()},
        "prompts": {f"{x:.0%}": {name: prompts_needed(d, x) for name, d in spread.items()} for x in LOSSES},
        "power": {str(n): {f"{x:.0%}": round(power(middle, x, n), 2) for x in LOSSES} for n in PROMPTS},
    }


if __name__ == "__main__":
    main()
