"""Unchanged code comes out as a tie, and the same candidate as the same number: the ruler measured with itself."""

import statistics
from dataclasses import replace

import pytest
from factories import step
from world import SOURCE, World

from diffagent_mcp.knowledge.types import Evaluation, Failure, Interval, Protocol
from diffagent_mcp.tools.measure.enough import fast_enough_known
from diffagent_mcp.tools.measure.protocols import FINAL_BLOCKS, FINAL_LEAST, FINAL_PAIRS
from diffagent_mcp.tools.measure.runner import Live
from diffagent_mcp.tools.measure.sampling import Pairs, timed_blocks
from diffagent_mcp.tools.measure.statistics import over_blocks

RUNS = 20


def full(world: World) -> Protocol:
    """The tests' short `final` protocol with the real one's pairs and blocks."""
    spent = {"pairs": FINAL_PAIRS, "blocks": FINAL_BLOCKS, "least": FINAL_LEAST}
    return world.judge.protocols["final"].model_copy(update=spent)


def speedup(world: World) -> tuple[float, Interval]:
    """The script against itself, timed as the `final` protocol times."""

    def start() -> Live | Failure:
        return world.judge.runner().start(world.judge.subject.job(SOURCE), world.judge.subject.path)

    pairs = timed_blocks(lambda: start(), lambda: start(), full(world), lambda blocks: fast_enough_known(blocks, None))
    assert isinstance(pairs, Pairs), pairs
    return over_blocks(pairs.ratios())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_script_against_itself_is_a_tie_in_19_of_20_runs(world: World) -> None:
    found = [speedup(world) for _ in range(RUNS)]
    ties = sum(i.low <= 1.0 <= i.high for _, i in found)
    for value, i in found:
        print(f"{value:.3f} [{i.low:.3f}, {i.high:.3f}]")
    values = [v for v, _ in found]
    print(f"{ties} of {RUNS} intervals contain 1; medians from {min(values):.3f} to {max(values):.3f}")
    assert ties >= 19


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_runs_of_one_candidate_agree_within_their_intervals(world: World) -> None:
    candidate = world.written(step("sampler", name="dpmpp_2m", steps=6))
    judge = replace(world.judge, protocols={**world.judge.protocols, "final": full(world)})
    runs = [judge.evaluate(candidate, "final") for _ in range(4)]
    judge.close()
    values = [r for r in runs if isinstance(r, Evaluation)]
    assert len(values) == 4
    for one in values:
        print(f"{one.speedup:.3f} [{one.speedup_interval.low:.3f}, {one.speedup_interval.high:.3f}]")
    centre = statistics.median(v.speedup for v in values)
    agreeing = sum(v.speedup_interval.low <= centre <= v.speedup_interval.high for v in values)
    assert agreeing >= 3, "at most one interval in four misses what the runs agree on"
    assert len({round(v.loss, 9) for v in values}) == 1, "quality is exactly the same: same prompts, same seeds"
