"""What blocks of a script timed against itself say of the ruler, and recorded losses of prompts. Pure.

Comparisons are made from recorded blocks as `final` makes them from fresh ones: block after block, the same look at
whether the answer is clear, the same interval. No block is in two comparisons.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from factories import evaluation

from diffagent_mcp.agents.loop import confirmed
from diffagent_mcp.bench.scores import wilson
from diffagent_mcp.knowledge.types import Evaluation, Interval, Target
from diffagent_mcp.tools.measure.enough import fast_enough_known
from diffagent_mcp.tools.measure.protocols import FINAL_BLOCKS, FINAL_LEAST
from diffagent_mcp.tools.measure.statistics import bootstrap, over_blocks, standard_error

TARGETS = (1.02, 1.05, 1.1, 1.2, 1.5)
Ratios = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Block:
    """One fresh pair of processes of the same script, with how busy the machine was."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    swapped: bool
    """was the side called `after` started first?"""
    neighbour: bool
    load: float
    """processes that wanted a processor, one minute's mean"""

    def ratios(self) -> list[float]:
        """Speedups pair by pair."""
        return [b / a for b, a in zip(self.before, self.after, strict=True)]

    def calls(self) -> list[float]:
        """Seconds of the calls in the order in which they were made: B A A B, or swapped A B B A."""
        pairs = enumerate(zip(self.before, self.after, strict=True), int(self.swapped))
        return [s for n, (b, a) in pairs for s in ((a, b) if n % 2 else (b, a))]


def comparisons(blocks: Sequence[Block], required: float | None = None) -> list[Evaluation]:
    """One evaluation after another, as long as the blocks last; each begins where `before` was started first."""
    found: list[Evaluation] = []
    at = 0
    while len(blocks) - at >= FINAL_BLOCKS:
        if blocks[at].swapped:
            at += 1
            continue
        ratios = _one([b.ratios() for b in blocks[at : at + FINAL_BLOCKS]], required)
        found.append(_evaluation(ratios))
        at += len(ratios)
    return found


def _one(blocks: Ratios, required: float | None) -> Ratios:
    """The blocks of one comparison: as many as it takes to be clear."""
    for many in range(FINAL_LEAST, len(blocks)):
        if fast_enough_known(blocks[:many], required):
            return blocks[:many]
    return blocks


def _evaluation(ratios: Ratios) -> Evaluation:
    speedup, interval = over_blocks(ratios)
    pairs = sum(map(len, ratios))
    return evaluation(speedup, 0.0, 0.0, protocol="final", speedup_interval=interval, pairs=pairs)


def quick(blocks: Sequence[Block]) -> list[Evaluation]:
    """Each block as the search would see it: four pairs of one process on each side."""
    found: list[Evaluation] = []
    for block in blocks:
        ratios = block.ratios()
        interval = bootstrap(ratios, statistics.median, Random(0))
        found.append(evaluation(statistics.median(ratios), 0.0, 0.0, speedup_interval=interval, pairs=len(ratios)))
    return found


@dataclass(frozen=True)
class Share:
    """So many of so many, with a 95% interval (Wilson)."""

    of: int
    count: int
    interval: Interval


def share(true: Sequence[bool]) -> Share:
    return Share(len(true), sum(true), wilson(sum(true), len(true)))


def faster(e: Evaluation) -> bool:
    """The whole interval is above 1 by more than a tie: what a reader takes for "faster"."""
    return e.faster


def met(e: Evaluation, speedup: float) -> bool:
    """The product's own rule for a target that is met."""
    return confirmed(e, Target(speedup=speedup))


def width(e: Evaluation) -> float:
    """Half of the interval, relative to the speedup: 0.03 is ± 3%."""
    return math.log(e.speedup_interval.high / e.speedup_interval.low) / 2


def noise(ratios: Ratios) -> float:
    """How far blocks disagree: standard deviation of the logarithms of their medians. 0.05: about ± 5% from one
    pair of processes to the next. Of an unchanged script and of any other, as only pairs are looked at."""
    return statistics.stdev(math.log(statistics.median(block)) for block in ratios)


def bias(blocks: Sequence[Block]) -> tuple[float, float]:
    """Mean logarithm of the blocks' medians, and its standard error: what the order of things favours."""
    logs = [math.log(statistics.median(b.ratios())) for b in blocks]
    return statistics.fmean(logs), standard_error(logs)


def places(blocks: Sequence[Block]) -> list[float]:
    """How much slower than the block's median each call is, by its place in the order; a median over blocks."""
    rows = [[math.log(s / statistics.median(b.calls())) for s in b.calls()] for b in blocks]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def prompts_needed(deviation: float, loss: float, power: float = 0.8, level: float = 0.95) -> int:
    """Prompts with which a true `loss` is told from none, in `power` of all cases, at a two-sided `level`.

    `deviation` is that of one prompt's loss, relative, paired by prompt and seed (Cohen 1988, normal approximation).
    """
    normal = statistics.NormalDist()
    both = normal.inv_cdf(0.5 + level / 2) + normal.inv_cdf(power)
    return math.ceil((both * deviation / loss) ** 2)


def power(deviation: float, loss: float, prompts: int, level: float = 0.95) -> float:
    """The chance to tell a true `loss` from none with so many prompts."""
    normal = statistics.NormalDist()
    return normal.cdf(loss * prompts**0.5 / deviation - normal.inv_cdf(0.5 + level / 2))


def stopping(deviation: float, rng: Random, runs: int = 400) -> tuple[float, float]:
    """What ending early costs: of made-up scripts that are as fast as they were, whose blocks differ by `deviation`,
    the share of intervals that hold 1, and the mean number of blocks. No machine takes part: the rule alone."""
    held, used = 0, 0
    for _ in range(runs):
        ratios: list[list[float]] = []
        while len(ratios) < FINAL_BLOCKS:
            ratios.append([math.exp(rng.gauss(0.0, deviation))])
            if len(ratios) >= FINAL_LEAST and fast_enough_known(ratios, None):
                break
        interval = over_blocks(ratios)[1]
        held, used = held + (interval.low <= 1 <= interval.high), used + len(ratios)
    return held / runs, used / runs


def stretches(blocks: Sequence[Block]) -> Iterator[tuple[bool, list[Block]]]:
    """Blocks without a neighbour, and with one, each in the order in which they were measured; only what there is."""
    for neighbour in (False, True):
        if some := [b for b in blocks if b.neighbour == neighbour]:
            yield neighbour, some
