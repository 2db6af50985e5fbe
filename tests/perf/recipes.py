"""`PYTHONPATH=tests python -m perf.recipes [--pipelines NAME,...] [--python EXE]`: DiffAgent beside fixed recipes.

On a baseline of each pipeline of the zoo, the recipes that people take from a library's page are measured by the one
judge with the `final` protocol. Then DiffAgent is asked to be faster than the best of them at the same quality loss.
Writes docs/results/recipes.json, recipes.md and recipes.png; pipelines that are in the file already are kept.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diffagent_mcp.agents import coder
from diffagent_mcp.bench.stages.place import lay
from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.types import (
    Candidate,
    EditRefused,
    Evaluation,
    Outcome,
    Plan,
    Profile,
    Scalar,
    Step,
    Target,
    Verdict,
)
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.opening import open_script, situation
from diffagent_mcp.server.session import Session, session
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.measure.baseline import Baseline
from diffagent_mcp.tools.measure.start import Start

from .recipe_rows import BOUNDS, Compared, Recipe, Side, read, write
from .searching import baselines, optimized

ASKED = (1.3, 1.1, 1.02)
"""times the best recipe: DiffAgent is asked for the first, then for less"""
EVALUATIONS = 10
"""for each of these"""
FREE_DRIFT = 3.0
"""a bound that nothing reaches: recipes are not held to one, so DiffAgent is not either"""


@dataclass(frozen=True)
class Known:
    """A recipe: its steps, and where they are recommended."""

    name: str
    steps: tuple[Step, ...]
    source: str


def _step(method: str, **params: Scalar) -> Step:
    return Step(method=method, params=params)


_FEWER = _step("sampler", name="dpmpp_2m", steps=20)
_CACHE = _step("deepcache", interval=3, branch=0)
RECIPES = (
    Known("DPM-Solver++, 20 steps", (_FEWER,), "diffusers documentation, Stable Diffusion page"),
    Known("DeepCache, interval 3", (_CACHE,), "DeepCache README"),
    Known("DPM-Solver++ 20 and DeepCache 3", (_FEWER, _CACHE), "the two together"),
    Known("T-GATE, from 40% of the steps", (_step("tgate", gate=0.4, sp_interval=1, fi_interval=1),), "T-GATE README"),
    Known("ToMe, ratio 0.5", (_step("tome", ratio=0.5, max_downsample=1),), "tomesd README"),
    Known("cache-dit, threshold 0.25", (_step("cache_dit", threshold=0.25, warm_up=4),), "cache-dit README"),
    Known("torch.compile", (_step("compile", scope="regional"),), "diffusers documentation, torch.compile page"),
)


def main() -> None:
    """Measure what is not in the file, and write it after each pipeline."""
    asked = _arguments()
    found = {c.pipeline: c for c in read()}
    wanted = [n for n in asked.pipelines.split(",") if n]
    for task in baselines():
        name = task.attributes.pipeline_class.removesuffix("Pipeline")
        if name in found or (wanted and name not in wanted):
            continue
        place = lay(task, asked.home / name)
        found[name] = compared(name, place.path, asked.home / name, asked.python)
        write(tuple(found.values()))
    write(tuple(found.values()))


def compared(name: str, script: Path, home: Path, python: Path) -> Compared:
    """All recipes on one script, then DiffAgent at each bound."""
    app = build(load({"models": "zoo", "home": home / "home", "python": str(python)}))
    target = Target(speedup=1.01, max_loss=max(BOUNDS), max_drift=FREE_DRIFT)
    with session(app, open_script(script, None), Start(), None, _say, target) as one:
        before = one.judge.baseline("final")
        assert isinstance(before, Baseline), before
        recipes = tuple(_measured(one, before.profile, known) for known in RECIPES)
        environment = one.environment
    sides = tuple(_side(app, script, home, bound, recipes) for bound in BOUNDS)
    return Compared(pipeline=name, environment=environment, recipes=recipes, sides=sides)


def _measured(one: Session, before: Profile, known: Known) -> Recipe:
    """One recipe as the judge sees it, or why it cannot be had here."""
    here = situation(one.opened, one.environment, before)
    plan = Plan(steps=known.steps)
    _say(f"{known.name} on {one.opened.site.pipeline_class}")
    if problems := rules.problems(plan, here):
        return Recipe(name=known.name, source=known.source, plan=plan, why=problems[0].message)
    made = coder.write(plan, one.opened.file.text, one.opened.script, here)
    verdict = made if isinstance(made, EditRefused) else _final(one, made)
    if isinstance(verdict, Evaluation):
        return Recipe(
            name=known.name, source=known.source, plan=plan, measured=verdict.model_copy(update={"scores": ()})
        )
    return Recipe(name=known.name, source=known.source, plan=plan, why=verdict.message)


def _final(one: Session, candidate: Candidate) -> Verdict:
    return one.judge.known(candidate, "final") or one.judge.evaluate(candidate, "final")


def _side(app: App, script: Path, home: Path, bound: float, recipes: Sequence[Recipe]) -> Side:
    """DiffAgent's winner at this loss: asked for more than the best recipe, then for less."""
    within = [r for r in recipes if r.measured is not None and r.measured.loss <= bound]
    best = max(within, key=lambda r: r.measured.speedup if r.measured else 0.0, default=None)
    least = max(1.0, best.measured.speedup if best is not None and best.measured is not None else 1.0)
    for factor in ASKED:
        _say(f"optimize to {factor * least:.2f}x at {bound:.0%} loss")
        outcome = _optimized(app, script, home, factor * least, bound)
        won = outcome.trial(outcome.winner)
        if won is not None and isinstance(won.final, Evaluation):
            final = won.final.model_copy(update={"scores": ()})
            return Side(bound=bound, best=best.name if best else None, plan=won.proposal.plan, winner=final)
    return Side(bound=bound, best=best.name if best else None)


def _optimized(app: App, script: Path, home: Path, speedup: float, bound: float) -> Outcome:
    words = ("--speedup", f"{speedup:.3f}", "--max-loss", str(bound), "--max-drift", str(FREE_DRIFT))
    python = ("--python", str(app.settings.python))
    return optimized(script, home, *words, *python, "--budget-evals", str(EVALUATIONS))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m perf.recipes", description=__doc__)
    parser.add_argument("--pipelines", default="", help="names such as StableDiffusion; default: all seven")
    parser.add_argument("--home", type=Path, default=None, help="where stores are kept, so that a killed run goes on")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="with libraries such as cache-dit")
    asked = parser.parse_args()
    if asked.home is None:
        asked.home = Path(tempfile.mkdtemp(prefix="diffagent-recipes-"))
    return asked


if __name__ == "__main__":
    main()
