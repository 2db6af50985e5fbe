"""Unchanged code comes out as a tie, and the same candidate as the same number: the ruler measured with itself."""

import statistics
from random import Random

import pytest
from factories import step
from world import SOURCE, World

from diffagent_mcp.knowledge.types import Evaluation, Interval, Protocol
from diffagent_mcp.tools.measure.runner import Live, Pictures
from diffagent_mcp.tools.measure.sampling import Pairs, timed_pairs
from diffagent_mcp.tools.measure.statistics import bootstrap

RUNS, PAIRS = 20, 16


def speedup(world: World, after: Live, protocol: Protocol) -> tuple[float, Interval]:
    """Median of paired ratios and its interval, as the `final` protocol takes them."""
    before = world.judge.live_baseline()
    assert isinstance(before, Live)
    pairs = timed_pairs(before, after, protocol)
    assert isinstance(pairs, Pairs), pairs
    ratios = [b / a for b, a in zip(pairs.before, pairs.after, strict=True)]
    return statistics.median(ratios), bootstrap(ratios, statistics.median, Random(0))


def started(world: World, code: str) -> Live:
    """A candidate's process, warm."""
    live = world.judge.runner().start(world.judge.subject.job(code), world.judge.subject.path)
    assert isinstance(live, Live), live
    assert isinstance(live.pictures(["a red circle"], [0]), Pictures)
    return live


@pytest.mark.slow
def test_the_script_against_itself_is_a_tie_in_19_of_20_runs(world: World) -> None:
    protocol = world.judge.protocols["final"].model_copy(update={"pairs": PAIRS})
    found: list[tuple[float, Interval]] = []
    for _ in range(RUNS):
        live = started(world, SOURCE)
        found.append(speedup(world, live, protocol))
        live.close()
    ties = sum(i.low <= 1.0 <= i.high for _, i in found)
    for value, i in found:
        print(f"{value:.3f} [{i.low:.3f}, {i.high:.3f}]")
    values = [v for v, _ in found]
    print(f"{ties} of {RUNS} intervals contain 1; medians from {min(values):.3f} to {max(values):.3f}")
    assert ties >= 19


@pytest.mark.slow
def test_runs_of_one_candidate_agree_within_their_intervals(world: World) -> None:
    candidate = world.written(step("sampler", name="dpmpp_2m", steps=6))
    runs = [world.judge.evaluate(candidate, "final") for _ in range(3)]
    values = [r for r in runs if isinstance(r, Evaluation)]
    assert len(values) == 3
    for one in values:
        others = [o.speedup for o in values if o is not one]
        assert any(one.speedup_interval.low * 0.97 <= o <= one.speedup_interval.high * 1.03 for o in others)
    assert len({round(v.loss, 9) for v in values}) == 1, "quality is exactly the same: same prompts, same seeds"
