"""One candidate's way through a protocol: pictures and pairs, as many as it takes to know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...knowledge.types import Failure, PromptScore, Protocol, Target, Verdict
from . import enough, integrity, report_card
from .baseline import Baseline
from .drawing import Wanted, of_protocol, pays, quality_pictures, together
from .runner import Live, Pictures
from .sampling import Pairs, Proof, Starter, after_another, timed_blocks, timed_pairs
from .scorer import Scorer

_FIRST_PAIRS = 2
"""after which a candidate that is far too slow is given up"""


class Seen(NamedTuple):
    """The candidate's pictures beside the baseline's, as far as they were drawn."""

    pictures: Pictures
    scores: list[PromptScore]
    before: Baseline
    quality: enough.Quality


@dataclass
class Course:
    """What a candidate is measured with. `target` None: nothing ends early."""

    live: Live
    protocol: Protocol
    batch: int
    target: Target | None
    scorer: Scorer
    baseline: Callable[[int], Baseline | Failure]
    """the baseline with at least so many pictures"""
    beside: Callable[[], Live | None]
    """a second process of the candidate that helps to draw"""
    opponent: Callable[[], Live | Failure]
    """the baseline's process, warm"""
    fresh: tuple[Starter, Starter]
    """start the baseline, start the candidate"""
    timed: Protocol
    """the same, with the seeds of what is timed"""

    def run(self, proof: Proof) -> tuple[Verdict, list[bytes]]:
        """The evaluation, and the candidate's pictures as PNG where the protocol keeps them."""
        first = self._first_pairs()
        if not isinstance(first, Pairs):
            return first, []
        seen = self._seen(self._too_slow(first))
        if not isinstance(seen, Seen):
            return seen, []
        pairs = self._pairs(first, seen.quality)
        if not isinstance(pairs, Pairs):
            return pairs, []
        again = after_another(self.live, self.protocol)
        if not isinstance(again, Pictures):
            return again, []
        card = report_card.evaluation(
            self.live, proof.trace, pairs, seen.pictures, seen.scores, seen.before, self.protocol
        )
        shown = integrity.Seen(proof.first, proof.counted, seen.pictures, again, pairs)
        said = report_card.looked_at(shown, card[0], seen.before, self.scorer)
        refused = integrity.refusal(said)
        return card if refused is None else (refused, card[1])

    @property
    def _alone(self) -> bool:
        """Is the candidate timed in the one process that it has?"""
        return self.protocol.blocks == 1

    def _first_pairs(self) -> Pairs | Failure:
        screened = self._alone and self.target is not None and self.protocol.looks
        return self._timed(0, _FIRST_PAIRS) if screened else Pairs([], [], [])

    def _timed(self, first: int, count: int) -> Pairs | Failure:
        opponent = self.opponent()
        return timed_pairs(opponent, self.live, self.timed, first, count) if isinstance(opponent, Live) else opponent

    def _too_slow(self, pairs: Pairs) -> bool:
        required = self._required
        return bool(pairs.before) and required is not None and enough.too_slow(pairs.ratios()[0], required)

    @property
    def _required(self) -> float | None:
        if self.target is None:
            return None
        before = self.baseline(0)
        return self.target.required_speedup(before.profile.latency_s) if isinstance(before, Baseline) else None

    def _seen(self, given_up: bool) -> Seen | Failure:
        """Draw look by look, by two processes where that pays; the second ends before anybody is timed again."""
        parts, scores, helper = list[Pictures](), list[PromptScore](), None
        try:
            for last in (*self.protocol.looks, len(self.protocol.prompts)):
                before = self.baseline(last)
                if not isinstance(before, Baseline):
                    return before
                wanted = of_protocol(self.protocol.part(len(scores), last), self.batch, first=len(scores))
                helper = helper or self._helper(wanted)
                drawn = quality_pictures(self.live, wanted, helper)
                if not isinstance(drawn, Pictures):
                    return drawn
                parts.append(drawn)
                scores += report_card.prompt_scores(drawn, before, wanted, self.scorer)
                quality = enough.quality(scores, self.target) if self.target is not None else "open"
                if last == len(self.protocol.prompts) or self._clear(quality, given_up):
                    whole = together(parts)
                    return Seen(whole, scores, before, quality) if isinstance(whole, Pictures) else whole
            raise AssertionError("the last look is at all prompts")
        finally:
            if helper is not None:
                helper.close()

    def _clear(self, quality: enough.Quality, given_up: bool) -> bool:
        """In the search only what cannot win ends early; a final answer ends where it is clear."""
        if self._alone:
            return self.target is not None and (given_up or quality == "broken")
        return quality != "open"

    def _helper(self, wanted: Wanted) -> Live | None:
        return self.beside() if pays(self.live, self.live.first_image_s, len(wanted.prompts)) else None

    def _pairs(self, first: Pairs, quality: enough.Quality) -> Pairs | Failure:
        """Against the baseline's process that is there, or over fresh processes on both sides."""
        if not self._alone:
            required = self._required
            return timed_blocks(
                *self.fresh,
                self.timed,
                lambda blocks: quality == "broken" or enough.fast_enough_known(blocks, required),
            )
        if first.before and (quality == "broken" or self._too_slow(first)):
            return first
        done = len(first.before)
        rest = self._timed(done, self.protocol.pairs - done)
        return first.followed_by(rest) if isinstance(rest, Pairs) else rest
