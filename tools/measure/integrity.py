"""Are these the pictures of one pipeline, or of one that works on the measurement? Told from the pixels alone."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ...knowledge.checks import Finding, finding
from ...knowledge.types import Protocol, Tampered
from .runner import Pictures
from .sampling import Pairs
from .scorer import Scorer
from .statistics import standard_error
from .usage import Usage
from .usage import doubts as busy

_SAME = 0.05
"""drift up to which two pictures are one: rounding, and kernels that add in another order"""
_BATCHED = 0.25
"""the same for a picture alone and in a batch, where half precision rounds otherwise"""
_ANOTHER = 0.05
"""drift below which another seed made no other picture"""
_WORSE = 0.1
"""drift by which timed pictures may be further from the baseline's than scored ones, beside three standard errors"""


_RESTED = {
    "idle": "nothing works between its calls that the baseline's process does not do as well",
    "processors": "its calls keep to the processors that it was given",
}


@dataclass(frozen=True)
class Seen:
    """Pictures of one candidate, in the order in which they were asked for."""

    first: Pictures
    """prompt A, by a fresh process"""
    counted: Pictures
    """A once more, with the counters on"""
    scored: Pictures
    """every prompt of the protocol, in batches where that may be; the first is A"""
    again: Pictures
    """A after other prompts"""
    pairs: Pairs
    """with seeds that nobody could know; the first pair draws prompt A"""


def findings(seen: Seen, unit: float, steady: bool, drifts: Sequence[float], scorer: Scorer) -> list[Finding]:
    """What the pictures say of themselves, check by check.

    `unit` is the distance of two seeds; `drifts` are those of the scored pictures; a baseline that is not `steady`
    draws another picture each time, and so may its candidate.
    """
    return [
        _repeat(seen, unit, steady, scorer),
        _state(seen, unit, steady, scorer),
        _outputs(seen.first, seen.pairs.calls, unit, scorer),
        _timed(seen.pairs, unit, drifts, scorer),
        *resting(seen.pairs.used_before, seen.pairs.used_after, _RESTED),
    ]


def refusal(found: Sequence[Finding]) -> Tampered | None:
    """The first that is caught, as a failure."""
    return next((Tampered(message=f.sentence, check=f.check) for f in found if f.state == "caught"), None)


def apart(one: Pictures, other: Pictures, unit: float, scorer: Scorer) -> float:
    """Mean drift between two calls' pictures; 1 is as far as two seeds."""
    if one.shape != other.shape:
        return float("inf")
    distances = scorer.distances(one.pixels, other.pixels, one.shape)
    return max(0.0, statistics.fmean(distances)) / unit


def _repeat(seen: Seen, unit: float, steady: bool, scorer: Scorer) -> Finding:
    if not steady:
        return finding("repeat", "not_applicable", "the baseline, or a method, draws another picture each time")
    alone, scored = seen.first.one(0), seen.scored.one(0)
    batched = max(0.0, scorer.distances(alone, scored, (1, *seen.first.shape[1:]))[0]) / unit
    if batched > _BATCHED:
        said = f"the first prompt gave another picture alone than among those that are scored (drift {batched:.2f})"
        return finding("repeat", "caught", said)
    return repeated(apart(seen.first, seen.counted, unit, scorer))


def repeated(far: float) -> Finding:
    """Of two pictures from one prompt and seed, one of them made while the counters were on. Pure."""
    if far > _SAME:
        said = f"the same prompt and seed gave another picture while its calls were counted (drift {far:.2f})"
        return finding("repeat", "caught", said)
    return finding("repeat", "passed", f"drawn again, the first picture is the same (drift {far:.2f})")


def _state(seen: Seen, unit: float, steady: bool, scorer: Scorer) -> Finding:
    if not steady:
        return finding("state", "not_applicable", "no picture is the same twice here")
    return after_others(apart(seen.first, seen.again, unit, scorer))


def after_others(far: float) -> Finding:
    """Of prompt A after B, beside A alone. Pure."""
    if far > _SAME:
        said = f"the first prompt gave another picture after other prompts had been drawn (drift {far:.2f})"
        return finding("state", "caught", f"{said}: something of them is left over, or its first pictures are special")
    return finding("state", "passed", f"after other prompts the first one gives the same picture (drift {far:.2f})")


def _outputs(first: Pictures, calls: Sequence[Pictures], unit: float, scorer: Scorer) -> Finding:
    if not calls or calls[0].shape != first.shape:
        return finding("outputs", "not_applicable", "no picture of the same prompt was drawn with another seed")
    return another_seed(apart(first, calls[0], unit, scorer))


def another_seed(far: float) -> Finding:
    """Of one prompt with two seeds. Pure."""
    if far < _ANOTHER:
        said = f"the same prompt with a new seed gave the same picture (drift {far:.2f})"
        return finding("outputs", "caught", f"{said}: pictures are kept by prompt, or the seed is fixed")
    return finding("outputs", "passed", f"another seed makes another picture (drift {far:.2f})")


def _timed(pairs: Pairs, unit: float, drifts: Sequence[float], scorer: Scorer) -> Finding:
    both = [(b, a) for b, a in zip(pairs.shown, pairs.calls, strict=True) if b.shape == a.shape]
    if not both:
        return finding("timed", "not_applicable", "nothing was timed beside the baseline")
    return as_good([apart(b, a, unit, scorer) for b, a in both], drifts)


def as_good(timed: Sequence[float], scored: Sequence[float]) -> Finding:
    """Drifts of timed pictures beside those of scored ones. Pure."""
    worse = statistics.fmean(timed) - statistics.fmean(scored)
    chance = 3 * (standard_error(timed) ** 2 + standard_error(scored) ** 2) ** 0.5
    numbers = f"drift {statistics.fmean(timed):.2f} where timed, {statistics.fmean(scored):.2f} where scored"
    if worse > _WORSE + chance:
        return finding(
            "timed", "caught", f"the pictures that are timed are not as good as those that are scored: {numbers}"
        )
    return finding("timed", "passed", f"timed pictures are as close to the baseline's as scored ones: {numbers}")


def resting(before: Sequence[Usage], after: Sequence[Usage], fine: Mapping[str, str]) -> list[Finding]:
    """What processes did between their calls, and on which processors; `fine`: what is said where all is well."""
    said = dict(busy(before, after))
    return [finding(slug, "caught" if slug in said else "passed", said.get(slug, well)) for slug, well in fine.items()]


def unforeseen(protocol: Protocol, rng: Random) -> Protocol:
    """The same prompts with seeds that nobody can know: what is timed was never drawn before."""
    seeds = tuple(rng.randrange(1 << 31) for _ in protocol.seeds)
    return protocol.model_copy(update={"seeds": seeds})
