"""What was measured of fixed recipes and of DiffAgent, as a file, a page and a picture."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffagent_mcp.knowledge.types import Environment, Evaluation, Plan, Record
from diffagent_mcp.tools import textfile

OUT = Path(__file__).parents[2] / "docs" / "results"
SEVEN = 7
"""pipelines of the zoo"""
BOUNDS = (0.01, 0.03, 0.05)
"""relative losses of CLIP-Score at which the two are compared"""


class Recipe(Record):
    """One fixed recipe on one pipeline: measured, or why not."""

    name: str
    source: str
    plan: Plan
    measured: Evaluation | None = None
    why: str = ""


class Side(Record):
    """DiffAgent's winner at one bound on the loss, beside the best recipe within it."""

    bound: float
    best: str | None
    """name of the fastest recipe within the bound; None: no recipe is"""
    plan: Plan | None = None
    winner: Evaluation | None = None
    """None: DiffAgent found nothing faster than the recipe"""


class Compared(Record):
    """One pipeline."""

    pipeline: str
    environment: Environment
    recipes: tuple[Recipe, ...]
    sides: tuple[Side, ...]

    def recipe(self, name: str | None) -> Evaluation | None:
        """What was measured of the recipe of this name."""
        return next((r.measured for r in self.recipes if r.name == name), None)

    def ahead(self, side: Side) -> float | None:
        """DiffAgent's speedup over the best recipe's; None where one of them is missing."""
        recipe = self.recipe(side.best)
        return side.winner.speedup / recipe.speedup if side.winner is not None and recipe is not None else None


def read() -> tuple[Compared, ...]:
    """What was measured before."""
    path = OUT / "recipes.json"
    return tuple(Compared.model_validate(one) for one in json.loads(path.read_text())) if path.exists() else ()


def write(found: Sequence[Compared]) -> None:
    """The file, the page, the picture."""
    body = [one.model_dump(mode="json") for one in found]
    textfile.write(OUT / "recipes.json", json.dumps(body, indent=1) + "\n")
    textfile.write(OUT / "recipes.md", page(found))
    plot(found, OUT / "recipes.png")


def page(found: Sequence[Compared]) -> str:
    """Two tables: DiffAgent beside the best recipe, and every recipe alone."""
    parts = [
        "# DiffAgent beside fixed recipes\n",
        "Written by `PYTHONPATH=tests python -m perf.recipes` from [recipes.json](recipes.json). Each recipe is what a "
        "library's own page recommends. All were measured by the same judge on the same script with the `final` "
        "protocol: speedup with its 95% interval, relative loss of CLIP-Score with its standard error. DiffAgent was "
        "asked for more than the best recipe within the same loss; drift was not bounded on either side, since recipes "
        f"know no bound. {_where(found)} {_so_far(found)}\n",
        "![Speedup at equal quality loss](recipes.png)\n",
        "## At equal quality loss\n",
        "| pipeline | loss at most | best recipe within it | DiffAgent | ahead | its plan |",
        "|---|---:|---|---|---:|---|",
        *(_compared(one, side) for one in found for side in one.sides),
        "\n## Every recipe\n",
        "| pipeline | recipe | speedup | loss | drift |",
        "|---|---|---|---|---:|",
        *(_alone(one.pipeline, r) for one in found for r in one.recipes),
        "\nPruna's open-source `smash` was not run: pruna 0.3.4 asks for peft below 0.19 and torchao below 0.17, which "
        "the diffusers of this project does not go with.",
    ]
    return "\n".join(parts) + "\n"


def _so_far(found: Sequence[Compared]) -> str:
    missing = SEVEN - len(found)
    return f"**{len(found)} of the {SEVEN} pipelines; the other {missing} were not measured yet.**" if missing else ""


def _where(found: Sequence[Compared]) -> str:
    if not found:
        return ""
    e = found[0].environment
    versions = ", ".join(f"{n} {e.libraries[n]}" for n in ("torch", "diffusers") if n in e.libraries)
    return f"Tiny zoo models, {e.device.name}, {e.device.threads} thread, {versions}."


def _compared(one: Compared, side: Side) -> str:
    recipe, ahead = one.recipe(side.best), one.ahead(side)
    theirs = f"{side.best}: {_numbers(recipe)}" if recipe is not None else "none"
    if side.winner is None or side.plan is None:
        return f"| {one.pipeline} | {side.bound:.0%} | {theirs} | nothing faster was found | | |"
    said = f"{100 * (ahead - 1):+.0f}%" if ahead is not None else ""
    return (
        f"| {one.pipeline} | {side.bound:.0%} | {theirs} | {_numbers(side.winner)} | {said} | {side.plan.sentence()} |"
    )


def _alone(pipeline: str, r: Recipe) -> str:
    if r.measured is None:
        return f"| {pipeline} | {r.name} | not measured: {r.why.replace('|', '/')} | | |"
    e = r.measured
    return f"| {pipeline} | {r.name} | {_speed(e)} | {_loss(e)} | {e.drift:.2f} |"


def _numbers(e: Evaluation) -> str:
    return f"{_speed(e)}, loss {_loss(e)}"


def _speed(e: Evaluation) -> str:
    i = e.speedup_interval
    return f"{e.speedup:.2f}x ({i.low:.2f}-{i.high:.2f}, {e.pairs} pairs)"


def _loss(e: Evaluation) -> str:
    return f"{100 * e.loss:.1f}% ± {100 * e.loss_se:.1f} ({e.prompts} prompts)"


def plot(found: Sequence[Compared], path: Path) -> None:
    """A group of bars a pipeline: the best recipe and DiffAgent at each bound, with intervals."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(BOUNDS), figsize=(11, 4.2), sharey=True, constrained_layout=True)
    for axis, bound in zip(axes, BOUNDS, strict=True):
        _bars(axis, [(one, s) for one in found for s in one.sides if s.bound == bound])
        axis.set(title=f"loss of at most {bound:.0%}")
        axis.axhline(1, color="gray", linewidth=0.7)
    axes[0].set(ylabel="speedup, 95%")
    axes[0].legend(loc="upper left", fontsize=8, frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _bars(axis: Any, sides: Sequence[tuple[Compared, Side]]) -> None:
    recipes = [one.recipe(side.best) for one, side in sides]
    winners = [side.winner for _, side in sides]
    for shift, colour, label, bars in (
        (-0.2, "#9aa3b2", "best fixed recipe", recipes),
        (0.2, "#2563eb", "DiffAgent", winners),
    ):
        at = [n + shift for n, e in enumerate(bars) if e is not None]
        there = [e for e in bars if e is not None]
        below = [max(0.0, e.speedup - e.speedup_interval.low) for e in there]
        above = [max(0.0, e.speedup_interval.high - e.speedup) for e in there]
        axis.bar(at, [e.speedup for e in there], 0.38, color=colour, yerr=[below, above], label=label)
    axis.set_xticks(range(len(sides)), [one.pipeline for one, _ in sides], rotation=40, ha="right", fontsize=8)
