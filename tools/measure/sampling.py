"""Asking live pipelines for pictures for the clock: one call at a time, interleaved; and what their records say."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from ...knowledge.types import Crashed, Failure, Protocol, Stages, Trace
from .runner import Live, Pictures

Starter = Callable[[], Live | Failure]
"""starts a fresh process and brings it to its pipeline call"""


@dataclass(frozen=True)
class Pairs:
    """Seconds an image, pair by pair, and the candidate's calls."""

    before: list[float]
    after: list[float]
    calls: list[Pictures]
    blocks: int = 1

    def ratios(self) -> list[list[float]]:
        """Speedups pair by pair, block by block."""
        every = [b / a for b, a in zip(self.before, self.after, strict=True)]
        size = len(every) // self.blocks
        return [every[k * size : (k + 1) * size] for k in range(self.blocks)]


def call_at(live: Live, protocol: Protocol, index: int) -> tuple[list[str], list[int], list[int]]:
    """Prompts, seeds and class ids of the index-th call, as many as the script's own call makes."""
    n = live.captured["images_per_call"]
    at = [(index * n + k) % len(protocol.prompts) for k in range(n)]
    labels = [protocol.labels[i] for i in at] if protocol.labels else []
    return [protocol.prompts[i] for i in at], [protocol.seeds[i] for i in at], labels


def timed_pairs(
    before: Live, after: Live, protocol: Protocol, first: int = 0, count: int | None = None
) -> Pairs | Failure:
    """ABBA: every pair makes the same pictures, and who goes first alternates. The clock is the judge's."""
    pairs = Pairs([], [], [])
    for i in range(first, first + (count or protocol.pairs)):
        asked = call_at(after, protocol, i)
        order = (before, after) if i % 2 == 0 else (after, before)
        for live in order:
            made = live.pictures(*asked)
            if not isinstance(made, Pictures):
                return made
            side = pairs.before if live is before else pairs.after
            side.append(made.seconds / len(made))
            if live is after:
                pairs.calls.append(made)
    return pairs


def timed_blocks(before: Starter, after: Starter, protocol: Protocol) -> Pairs | Failure:
    """Pairs spread over fresh processes on both sides: what one process has by luck is averaged out.

    Which side is started first alternates from block to block, as it leaves a trace of a per cent or two.
    """
    whole = Pairs([], [], [], blocks=protocol.blocks)
    size = protocol.pairs // protocol.blocks
    for k in range(protocol.blocks):
        order = (before, after) if k % 2 == 0 else (after, before)
        lives = _warm([(side, side()) for side in order], protocol)
        if not isinstance(lives, dict):
            return lives
        part = timed_pairs(lives[before], lives[after], protocol, k * size, size)
        for live in lives.values():
            live.close()
        if not isinstance(part, Pairs):
            return part
        whole.before.extend(part.before)
        whole.after.extend(part.after)
        whole.calls.extend(part.calls)
    return whole


def _warm(started: list[tuple[Starter, Live | Failure]], protocol: Protocol) -> dict[Starter, Live] | Failure:
    """Both sides after their first call; where one fails, the other is ended too."""
    failed: Failure | None = None
    lives = {side: live for side, live in started if isinstance(live, Live)}
    for _, live in started:
        made = live.pictures(*call_at(live, protocol, 0)) if isinstance(live, Live) else live
        if not isinstance(made, Pictures):
            failed = failed or made
    if failed is not None:
        for live in lives.values():
            live.close()
        return failed
    return lives


def stages_of(made: Pictures) -> Stages:
    """The runner's own breakdown of a call, bounded by what the judge's clock allows."""
    try:
        return Stages.model_validate({k: max(0, v) for k, v in made.record["stages"].items()})
    except (KeyError, TypeError, AttributeError, ValidationError):
        return Stages(text_encoder_s=0, denoiser_s=0, vae_s=0, rest_s=made.seconds, denoiser_calls=0)


def trace_of(made: Pictures) -> Trace | Failure:
    """The runner's record of a call, checked like any outside text."""
    try:
        return Trace.model_validate(made.record.get("trace"))
    except ValidationError as e:
        sentence = f"the runner's record cannot be read: {e.errors()[0]['msg']}"
        return Crashed(message=sentence, stage="call", error="Malformed")
