"""The rivals of the replay: NSGA-II ranks as it should, and keeps to recorded plans."""

import random

from factories import evaluation, plan, situation, step

from diffagent_mcp.bench.calibration import RIVALS, Sight, alike
from diffagent_mcp.bench.calibration.rivals import POPULATION, by_nsga2
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.types import Crashed, Plan, Target, Verdict

HERE = situation()
PLANS = [plan(step("sampler", name="ddim", steps=n)) for n in range(5, 50)]
CACHED = [plan(step("deepcache", interval=n, branch=0)) for n in range(2, 9)]


def sight(tried: list[tuple[Plan, Verdict]], seed: int = 0) -> Sight:
    known = {p for p, _ in tried}
    every = [*PLANS, *CACHED]
    left = [p for p in every if p not in known]
    return Sight(HERE, Target(speedup=2.0), tried, left, {p: expect(p, HERE) for p in every}, random.Random(seed))


def test_every_rival_picks_a_plan_that_is_left() -> None:
    tried: list[tuple[Plan, Verdict]] = [(p, evaluation(1.5 + n / 10)) for n, p in enumerate(CACHED)]
    tried.append((PLANS[0], Crashed(message="x", stage="call", error="E")))
    for name, enter in RIVALS.items():
        seen = sight(tried)
        assert enter(None, None)(seen) in seen.left, name  # type: ignore[arg-type]


def test_nsga2_looks_near_what_did_well() -> None:
    good: list[tuple[Plan, Verdict]] = [(p, evaluation(2.5, 0.01)) for p in PLANS[:4]]
    bad: list[tuple[Plan, Verdict]] = [(p, evaluation(1.1, 0.3)) for p in CACHED[: POPULATION - 4]]
    chosen = [by_nsga2(sight([*good, *bad], seed)) for seed in range(40)]
    assert sum(p in PLANS for p in chosen) > 0.8 * len(chosen)


def test_alike_counts_methods_and_how_near_their_knobs_are() -> None:
    assert alike(PLANS[0], PLANS[0]) == 1.0
    assert 1 > alike(PLANS[0], PLANS[1]) > alike(PLANS[0], PLANS[40]) > alike(PLANS[0], CACHED[0]) == 0
