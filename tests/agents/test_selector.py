"""The genetic algorithm is a pure function of population, target and generator."""

import itertools
import random
from collections import Counter

from factories import evaluation, plan, step, trial
from hypothesis import given
from hypothesis import strategies as st

from diffagent_mcp.agents.selector import fitness, fittest, front, parents, probabilities
from diffagent_mcp.knowledge.pareto import dominates
from diffagent_mcp.knowledge.types import Crashed, Target

TARGET = Target(speedup=2.0)


def test_meeting_the_target_beats_missing_it_on_either_side() -> None:
    meets = fitness(evaluation(2.1, 0.01, 0.1), TARGET)
    assert meets > fitness(evaluation(1.4, 0.01, 0.1), TARGET)
    assert meets > fitness(evaluation(2.1, 0.09, 0.1), TARGET)
    assert meets > fitness(evaluation(2.1, 0.01, 0.6), TARGET)


def test_speed_far_beyond_the_target_does_not_buy_lost_quality() -> None:
    assert fitness(evaluation(8.0, 0.12, 0.3), TARGET) < fitness(evaluation(2.0, 0.01, 0.1), TARGET)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12))
def test_probabilities_are_a_distribution_that_keeps_the_order(scores: list[float]) -> None:
    shares = probabilities(scores)
    assert abs(sum(shares) - 1) < 1e-9 and min(shares) > 0
    ranked = sorted(zip(scores, shares, strict=True))
    assert all(a[1] <= b[1] + 1e-12 for a, b in itertools.pairwise(ranked))


def test_parents_are_sampled_not_ranked_and_failures_have_no_children() -> None:
    crash = Crashed(message="x", stage="call", error="E")
    trials = [
        trial(1, plan(step("a")), evaluation(1.2)),
        trial(2, plan(step("b")), evaluation(1.9)),
        trial(3, plan(step("c")), crash),
        trial(4, plan(step("d")), evaluation(1.6)),
    ]
    picks = Counter(t.number for seed in range(300) for t in parents(trials, TARGET, 1, random.Random(seed)))
    assert set(picks) == {1, 2, 4}
    assert picks[2] > picks[4] > picks[1] > 0
    assert len({t.number for t in parents(trials, TARGET, 9, random.Random(1))}) == 3


def test_the_same_seed_gives_the_same_parents() -> None:
    trials = [trial(n, plan(step(str(n))), evaluation(1 + n / 10)) for n in range(1, 9)]
    one, two = (parents(trials, TARGET, 4, random.Random(7)) for _ in range(2))
    assert one == two


def test_the_fittest_meets_the_target_if_any_does() -> None:
    trials = [
        trial(1, plan(step("a")), evaluation(1.99, 0.0, 0.0)),
        trial(2, plan(step("b")), evaluation(2.01, 0.049, 0.34)),
    ]
    best = fittest(trials, TARGET)
    assert best is not None and best.number == 2
    assert fittest([], TARGET) is None


def test_the_front_comes_first_and_what_breaks_the_bounds_last() -> None:
    trials = [
        trial(1, plan(step("a")), evaluation(3.0, 0.20, 0.3)),
        trial(2, plan(step("b")), evaluation(1.5, 0.01, 0.1)),
        trial(3, plan(step("c")), evaluation(1.4, 0.02, 0.2)),
        trial(4, plan(step("d")), evaluation(1.9, 0.04, 0.3)),
        trial(5, plan(step("e")), Crashed(message="x", stage="call", error="E")),
        trial(6, plan(step("f")), evaluation(3.0, 0.10, 0.3)),
    ]
    assert [t.number for t in front(trials, TARGET, 9)] == [2, 4, 3, 6, 1]
    assert front(trials, TARGET, 0) == []


def test_domination_is_no_worse_in_any_and_better_in_one() -> None:
    one = evaluation(2.0, 0.01, 0.1)
    assert dominates(one.standing, evaluation(1.9, 0.01, 0.1).standing) and not dominates(one.standing, one.standing)
    assert not dominates(one.standing, evaluation(2.1, 0.02, 0.1).standing)
