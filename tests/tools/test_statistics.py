"""Numbers from samples, against numbers worked out by hand or by simulation."""

import math
import random
import statistics as st

import pytest

from diffagent_mcp.tools.measure.statistics import (
    bootstrap,
    bootstrap_blocks,
    break_even,
    median_ratio,
    over_blocks,
    relative_loss,
    standard_error,
    student,
)


def test_the_speedup_is_the_median_of_paired_ratios() -> None:
    assert median_ratio([2.0, 4.0, 9.0], [1.0, 2.0, 3.0]) == 2.0


def test_the_interval_contains_the_median_and_is_the_same_twice() -> None:
    samples = [1.9, 2.0, 2.1, 2.05, 1.95, 2.2]
    one, two = (bootstrap(samples, st.median, random.Random(0)) for _ in range(2))
    assert one == two
    assert 1.9 <= one.low <= st.median(samples) <= one.high <= 2.2
    assert bootstrap([3.0], st.median, random.Random(0)).low == 3.0


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Log-normal ratios of true median 1: the 95% interval of 16 pairs contains 1 in at least 90% of 200 worlds."""
    rng = random.Random(1)
    hits = 0
    for world in range(200):
        ratios = [rng.lognormvariate(0.0, 0.05) for _ in range(16)]
        interval = bootstrap(ratios, st.median, random.Random(world), 400)
        hits += interval.low <= 1.0 <= interval.high
    assert hits >= 180


def test_the_loss_is_relative_to_the_baseline_and_paired() -> None:
    loss, se = relative_loss([90.0, 80.0, 100.0], [81.0, 72.0, 90.0])
    assert loss == pytest.approx(0.1)
    assert se == pytest.approx(0.0, abs=1e-12)  # every prompt lost exactly a tenth: pairing removes all of the spread
    gain, _ = relative_loss([80.0, 80.0], [84.0, 84.0])
    assert gain == pytest.approx(-0.05)
    assert relative_loss([0.0, 0.0], [1.0, 1.0]) == (0.0, 0.0)


def test_the_standard_error_of_the_loss_agrees_with_resampling() -> None:
    rng = random.Random(2)
    before = [rng.gauss(90, 5) for _ in range(48)]
    after = [b - rng.gauss(2, 3) for b in before]
    _, se = relative_loss(before, after)
    draws: list[float] = []
    for _ in range(1000):
        at = rng.choices(range(48), k=48)
        draws.append(relative_loss([before[i] for i in at], [after[i] for i in at])[0])
    assert se == pytest.approx(st.stdev(draws), rel=0.15)


def test_standard_error_of_few_samples() -> None:
    assert standard_error([1.0]) == 0.0
    assert standard_error([1.0, 3.0]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("before", "after", "images"),
    [
        ((1.0, 1.0), (1.0, 0.5), 1),
        ((1.0, 1.0), (11.0, 0.5), 21),
        ((1.0, 1.0), (11.0, 1.5), None),
        ((1.0, 1.0), (0.5, 2.0), 1),
    ],
)
def test_a_slow_start_pays_back_after_some_images(
    before: tuple[float, float], after: tuple[float, float], images: int | None
) -> None:
    assert break_even(before, after) == images


def test_blocks_that_share_their_luck_widen_the_interval() -> None:
    """True ratio 1, each block off by its own 2%: intervals over blocks cover it; over samples alone they do not."""
    rng = random.Random(3)
    covered = {"blocks": 0, "samples": 0}
    for world in range(150):
        luck = [rng.gauss(1.0, 0.02) for _ in range(8)]
        blocks = [[rng.gauss(centre, 0.02) for _ in range(2)] for centre in luck]
        whole = bootstrap_blocks(blocks, st.median, random.Random(world), 300)
        alone = bootstrap([x for b in blocks for x in b], st.median, random.Random(world), 300)
        covered["blocks"] += whole.low <= 1.0 <= whole.high
        covered["samples"] += alone.low <= 1.0 <= alone.high
    assert covered["blocks"] >= 135 and covered["blocks"] > covered["samples"] + 5, covered
    one = bootstrap_blocks([[1.0, 1.1, 1.2]], st.median, random.Random(0))
    assert one == bootstrap([1.0, 1.1, 1.2], st.median, random.Random(0))


def test_a_few_processes_cover_the_truth_as_often_as_they_say() -> None:
    """Four processes, each off by its own 3%: nine or more of ten intervals, and few that are wrong on one side."""
    rng = random.Random(4)
    covered = above = 0
    for _ in range(400):
        luck = [rng.gauss(0.0, 0.03) for _ in range(4)]
        value, interval = over_blocks([[math.exp(rng.gauss(centre, 0.02)) for _ in range(2)] for centre in luck])
        assert interval.low <= value <= interval.high
        covered += interval.low <= 1.0 <= interval.high
        above += interval.low > 1.0
    assert covered >= 372 and above <= 20


def test_students_t_is_the_tables() -> None:
    assert student(4, 0.95) == pytest.approx(3.182, abs=0.001)
    assert student(16, 0.99) == pytest.approx(2.947, abs=0.001)
