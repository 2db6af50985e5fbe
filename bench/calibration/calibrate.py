"""The paper's recipe on the device at hand: search each baseline, and derive the targets of its six tasks.

`medium` is the best speedup that the first trials found within the bound on loss; easy is 0.8 of it, hard 1.2. The best
of fifty noisy numbers is a little too good, as it was in the paper: a target is what the recipe says, not what is
possible. Further trials (`Recipe.extra`) move no target; they look for witnesses of the hard ones.
"""

import random
import statistics
from collections.abc import Callable, Iterable, Sequence

from pydantic import Field

from ...knowledge.types import Calibrated, Difficulty, Interval, Plan, Record, Verdict
from ...tools.report.text import percent, seconds, times
from ..scores import Case
from .landscape import Ground, Journal, Landscape, Measured, Recorded, recorded
from .proposals import Worth, next_plan, usable

Evaluate = Callable[[Plan], Verdict]
"""the judge, asked about one plan on the baseline's script"""
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


def calibrate(
    ground: Ground,
    journal: Journal,
    evaluate: Evaluate,
    clock: Callable[[], float],
    say: Callable[[str], None] = lambda _: None,
) -> Landscape:
    """Search one baseline until its recipe is done; goes on where an earlier call was cut off."""
    known = journal.open(ground)
    whole, trials = ground.recipe.trials + ground.recipe.extra, list(known.trials)
    allowed = usable(ground.menu, ground.situation)
    while len(trials) < whole:
        plan = proposed(trials, allowed, ground)
        if plan is None:
            say(f"{ground.baseline}: nothing new to try after {len(trials)} trials")
            break
        start = clock()
        verdict = evaluate(plan)
        trials.append(recorded(_next_number(trials), plan, verdict, round(clock() - start, 3)))
        journal.add(trials[-1])
        say(progress(ground, trials, whole))
    return known.model_copy(update={"trials": tuple(trials)})


def proposed(trials: Sequence[Recorded], allowed: Sequence[str], ground: Ground) -> Plan | None:
    """What the next trial tries: a function of the trials so far and the seed, so that a resumed search is the same."""
    rng = random.Random(f"{ground.recipe.seed}:{ground.baseline}:{len(trials)}")
    return next_plan([_worth(t, ground.recipe.max_loss) for t in trials], allowed, ground.situation, rng)


def _worth(trial: Recorded, max_loss: float) -> Worth:
    """Speedup within the bound; beyond it, how far beyond; a failure is worth least."""
    it = trial.measured
    if it is None:
        return trial.plan, -100.0
    return trial.plan, it.speedup if it.loss <= max_loss else -100 * (it.loss - max_loss)


def _next_number(trials: Sequence[Recorded]) -> int:
    return max((t.number for t in trials), default=0) + 1


def progress(ground: Ground, trials: Sequence[Recorded], whole: int) -> str:
    """`B07: trial 12 of 50, best 2.31x at 3.1% loss, about 14 min left`"""
    best = Landscape(ground=ground, trials=tuple(trials)).within(ground.recipe.max_loss)
    found = (
        f"best {times(best[0][1].speedup)} at {percent(best[0][1].loss)} loss" if best else "nothing within the bound"
    )
    left = statistics.fmean(t.seconds for t in trials) * (whole - len(trials))
    return f"{ground.baseline}: trial {len(trials)} of {whole}, {found}, about {seconds(left)} left"


def calibrated_of(landscape: Landscape) -> Calibrated:
    """The targets. Where no plan of the recipe's trials held the bound, medium is 1x and every target its floor."""
    ground, recipe = landscape.ground, landscape.ground.recipe
    first = landscape.model_copy(update={"trials": landscape.trials[: recipe.trials]})
    found, ever = first.within(recipe.max_loss), landscape.within(recipe.max_loss)
    baselines = [t.measured.baseline_s for t in landscape.trials if t.measured is not None]
    return Calibrated(
        baseline=ground.baseline,
        environment=ground.environment.fingerprint(),
        baseline_s=statistics.median(baselines) if baselines else ground.profile.latency_s,
        medium=found[0][1].speedup if found else 1.0,
        trials=len(first.trials),
        samples=recipe.samples,
        witness=found[0][0].plan.sentence() if found else None,
        best=ever[0][1].speedup if ever else 1.0,
    )


class Label(Record):
    """Is a target known to be within reach? With the plan that shows it."""

    baseline: str
    difficulty: Difficulty
    required: float
    witness: Plan | None = Field(default=None, description="None: not found within `sought` trials, not impossible")
    speedup: float | None = None
    speedup_interval: Interval | None = None
    loss: float | None = None
    loss_se: float | None = None
    firm: bool = Field(
        default=False, description="so even at the low end of the interval and one standard error of loss"
    )
    sought: int

    @property
    def feasible(self) -> bool:
        return self.witness is not None

    def sentence(self) -> str:
        """`feasible: 2.41x by deepcache(interval=3)`, `not found within 50 trials`"""
        if self.witness is None or self.speedup is None:
            return f"not found within {self.sought} trials"
        sure = "feasible" if self.firm else "feasible, within the noise"
        return f"{sure}: {times(self.speedup)} by {self.witness.sentence()}"


def labels(landscape: Landscape, max_drift: float | None = None) -> list[Label]:
    """Each difficulty of a baseline, under the paper's gate or with a bound on drift as well."""
    targets = calibrated_of(landscape)
    found = landscape.within(landscape.ground.recipe.max_loss, max_drift)
    return [_label(landscape, d, targets.speedup(d), found) for d in DIFFICULTIES]


def _label(
    landscape: Landscape, difficulty: Difficulty, required: float, found: Sequence[tuple[Recorded, Measured]]
) -> Label:
    bound = landscape.ground.recipe.max_loss
    plain = Label(
        baseline=landscape.ground.baseline,
        difficulty=difficulty,
        required=required,
        sought=len(landscape.trials),
    )
    reach = [(t, m) for t, m in found if m.speedup >= required]
    if not reach:
        return plain
    sure = [(t, m) for t, m in reach if m.speedup_interval.low >= required and m.loss + m.loss_se <= bound]
    # The surest witness is the one with most room on quality among those that are fast enough for certain.
    trial, it = min(sure or reach, key=lambda pair: pair[1].loss)
    update = {"witness": trial.plan, "firm": bool(sure)}
    numbers = {name: getattr(it, name) for name in ("speedup", "speedup_interval", "loss", "loss_se")}
    return plain.model_copy(update=update | numbers)


def improved(calibrated: Calibrated, cases: Iterable[Case], environment: str) -> Calibrated:
    """`best` raised by what later runs reached in the same environment; targets stay."""
    here = [c for c in cases if c.task.baseline == calibrated.baseline and environment == calibrated.environment]
    reached = [c.quality_held.speedup for c in here if c.quality_held is not None]
    return calibrated.model_copy(update={"best": max([calibrated.best, *reached])})
