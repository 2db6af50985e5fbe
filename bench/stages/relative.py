"""Stage 3 (L4, L5): faster than the baseline by what was asked, at no more than the loss that is allowed.

The one judge measures it, both sides in turns over fresh processes. L5 asks for seconds on this device; as the baseline
is timed beside the candidate, its limit is taken in units of the baseline, so that a busy machine favours nobody.
"""

from collections.abc import Sequence

from ...knowledge.types import Candidate, Evaluation, Failure, FailureClass, Protocol, Relative
from ...tools.measure.drawing import ANOTHER_SEED
from ...tools.measure.judge import Judge
from ...tools.store.bench import KeptPicture, Role

NAME = "bench"
"""the protocol's name in the judge"""


def relative(judge: Judge, code: str, required: float, max_loss: float) -> Relative | Failure:
    """Measure code from outside against the baseline; from the store where the same was measured before."""
    candidate = Candidate(plan=None, code=code)
    found = judge.known(candidate, NAME) or judge.evaluate(candidate, NAME)
    if not isinstance(found, Evaluation):
        return found
    return Relative(
        speedup=found.speedup,
        speedup_interval=found.speedup_interval,
        latency_s=found.latency_s,
        baseline_s=found.baseline_s,
        loss=found.loss,
        loss_se=found.loss_se,
        drift=found.drift,
        prompts=found.prompts,
        pairs=found.pairs,
        required_speedup=required,
        max_loss=max_loss,
    )


def kept(judge: Judge, code: str, protocol: Protocol) -> list[KeptPicture]:
    """Every picture behind the verdict: the candidate's, the baseline's, and the baseline's with other seeds."""
    before, after = judge.pair(Candidate(plan=None, code=code), NAME)
    again = judge.baseline_again(NAME)
    return [
        *_named("candidate", after, protocol, 0),
        *_named("baseline", before, protocol, 0),
        *_named("again", again, protocol, ANOTHER_SEED),
    ]


def _named(role: Role, pngs: Sequence[bytes], protocol: Protocol, moved: int) -> list[KeptPicture]:
    rows = zip(protocol.prompts, protocol.seeds, pngs, strict=False)
    return [KeptPicture(role=role, prompt=p, seed=s + moved, png=png) for p, s, png in rows]


def shortfall(found: Relative, max_drift: float | None) -> tuple[FailureClass, str] | None:
    """What stage 3 finds wanting and in which class it falls; None where it holds. Quality comes first."""
    if found.loss > found.max_loss:
        lost, allowed = 100 * found.loss, 100 * found.max_loss
        return "relative quality", f"CLIP-Score falls by {lost:.1f}% where {allowed:.1f}% is allowed"
    if max_drift is not None and found.drift > max_drift:
        return "relative quality", f"pictures drift by {found.drift:.2f} where {max_drift:.2f} is allowed"
    if found.speedup < found.required_speedup:
        return "relative speed", f"{found.speedup:.2f}x where {found.required_speedup:.2f}x is asked for"
    return None
