"""The solvers that need no agent, on recorded plans. Pure; the generator is handed in."""

import random
from collections.abc import Sequence

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.neighbours import nudge, ordered
from ...knowledge.pareto import dominates
from ...knowledge.types import Evaluation, Plan, Step, Target, Verdict
from .proposals import REACH, START, chosen
from .replay import Chooser, Entrant, Sight

POPULATION = 7
"""of NSGA-II: as many as the paper's P"""
_FAILED = (-1.0, -1e3, -1e3)


def plainly(chooser: Chooser) -> Entrant:
    """A chooser that remembers nothing beyond what it sees."""
    return lambda replay, goal: chooser


def at_random(sight: Sight) -> Plan:
    """Any plan that is left."""
    return sight.rng.choice(sight.left)


def by_tpe(sight: Sight) -> Plan:
    """Random at first, then like the better quarter of what was measured."""
    if len(sight.tried) < min(START, 5):
        return at_random(sight)
    worth = [(plan, _worth(verdict, sight.target)) for plan, verdict in sight.tried]
    return chosen(worth, sight.left) or at_random(sight)


def _worth(verdict: Verdict, target: Target) -> float:
    if not isinstance(verdict, Evaluation):
        return -100.0
    over = _over(verdict, target)
    return verdict.speedup if over == 0 else -100 * over


def _over(e: Evaluation, target: Target) -> float:
    over = max(0.0, e.loss - target.max_loss)
    return over + (max(0.0, e.drift - target.max_drift) if target.max_drift is not None else 0.0)


def by_expectation(sight: Sight) -> Plan:
    """Best of n by the knowledge base alone: what it expects to be fast enough, at the least loss; learns nothing."""
    wanted = sight.target.speedup or 1.0

    def promise(plan: Plan) -> tuple[float, float]:
        e = sight.expected[plan]
        return min(0.0, e.speedup - wanted), -e.loss - 0.1 * e.drift

    return max(sight.left, key=promise)


def by_nsga2(sight: Sight) -> Plan:
    """NSGA-II (Deb et al. 2002): ranks by constrained domination and crowding, binary tournaments, crossing, mutation.

    Its child need not be among the recorded plans; the most alike of those left is asked about instead, which is why
    it is our own small one and not optuna's.
    """
    if len(sight.tried) < POPULATION:
        return at_random(sight)
    whole = len(sight.tried) - len(sight.tried) % POPULATION
    pool = _survivors(sight.tried[:whole], sight.target)
    mother, father = (_tournament(pool, sight.rng) for _ in range(2))
    child = _mutated(_crossed(mother, father, sight.rng), sight)
    nearest = max(alike(child, p) for p in sight.left)
    return sight.rng.choice([p for p in sight.left if alike(child, p) == nearest])


Point = tuple[float, ...]
"""minus what is beyond the bounds, then what is to be as much as it can: speedup, minus loss"""


def _survivors(tried: Sequence[tuple[Plan, Verdict]], target: Target) -> list[Plan]:
    """The population, best first: by front, and within a front by how alone a plan stands."""
    points = [_point(verdict, target) for _, verdict in tried]
    fronts = [sum(_dominates(q, p) for q in points) for p in points]
    crowd = [_crowding(n, points, fronts) for n in range(len(points))]
    order = sorted(range(len(points)), key=lambda n: (fronts[n], -crowd[n]))
    return [tried[n][0] for n in order[:POPULATION]]


def _point(verdict: Verdict, target: Target) -> Point:
    if not isinstance(verdict, Evaluation):
        return _FAILED
    return -_over(verdict, target), verdict.speedup, -verdict.loss


def _dominates(a: Point, b: Point) -> bool:
    """What breaks the bounds less comes first; of what holds them, what is no worse in any and better in one."""
    if a[0] != b[0]:
        return a[0] > b[0]
    return dominates(a[1:], b[1:])


def _crowding(n: int, points: Sequence[Point], fronts: Sequence[int]) -> float:
    """The size of the box that its neighbours on the same front leave a point; without end at the edges."""
    mates = [p for p, f in zip(points, fronts, strict=True) if f == fronts[n]]
    total = 0.0
    for axis in (1, 2):
        values = sorted(p[axis] for p in mates)
        at, spread = values.index(points[n][axis]), values[-1] - values[0]
        if at in (0, len(values) - 1) or spread == 0:
            return float("inf")
        total += (values[at + 1] - values[at - 1]) / spread
    return total


def _tournament(pool: Sequence[Plan], rng: random.Random) -> Plan:
    """The better of two: the population stands best first."""
    return pool[min(rng.randrange(len(pool)), rng.randrange(len(pool)))]


def _crossed(a: Plan, b: Plan, rng: random.Random) -> dict[str, Step]:
    """Each method from either side, or from neither where only one has it."""
    sides = [{s.method: s for s in p.steps} for p in (a, b)]
    drawn = {slug: rng.choice(sides).get(slug) for slug in sorted(sides[0].keys() | sides[1].keys())}
    return {slug: step for slug, step in drawn.items() if step is not None}


def _mutated(steps: dict[str, Step], sight: Sight) -> Plan:
    """One knob moved, or one method in or out, each in half of the children."""
    rng, methods = sight.rng, sorted({s.method for p in sight.expected for s in p.steps})
    if steps and rng.random() < 0.5:
        slug = rng.choice(sorted(steps))
        steps[slug] = nudge(steps[slug], REACH, rng)
    if rng.random() < 0.5:
        slug = rng.choice(methods)
        if slug in steps and len(steps) > 1:
            del steps[slug]
        elif slug not in steps:
            steps[slug] = Step(method=slug, params={n: rng.choice(v) for n, v in CATALOGUE[slug].genes()})
    return ordered(steps.values())


def alike(a: Plan, b: Plan) -> float:
    """From 0 to 1: the share of methods in common, each counted by how near its knobs are."""
    left, right = {s.method: s for s in a.steps}, {s.method: s for s in b.steps}
    shared = sum(_near(left[m], right[m]) for m in sorted(left.keys() & right.keys()))
    return shared / max(1, len(left.keys() | right.keys()))


def _near(a: Step, b: Step) -> float:
    genes = dict(CATALOGUE[a.method].genes())
    apart = [_apart(a.params.get(name), b.params.get(name), values) for name, values in genes.items()]
    return 1 - 0.5 * sum(apart) / len(apart) if apart else 1.0


def _apart(a: object, b: object, values: Sequence[object]) -> float:
    """0 for the same, 1 for words that differ; numbers by how many values lie between."""
    if a == b:
        return 0.0
    if isinstance(a, str | bool) or a not in values or b not in values:
        return 1.0
    return abs(values.index(a) - values.index(b)) / max(1, len(values) - 1)


RIVALS: dict[str, Entrant] = {
    "random": plainly(at_random),
    "tpe": plainly(by_tpe),
    "nsga2": plainly(by_nsga2),
    "best-of-n": plainly(by_expectation),
}
"""the solvers that need no agent; the command line adds `diffagent` and `paper`"""
