"""When a measurement may end early: never on a near thing, always on a clear one."""

import random
from typing import Any

import pytest
from factories import evaluation

from diffagent_mcp.knowledge.types import Evaluation, Interval, PromptScore, Protocol, Target
from diffagent_mcp.tools.measure import enough
from diffagent_mcp.tools.measure.protocols import protocols

TWICE = Target(speedup=2.0)
BOTH = protocols([f"quick {i}" for i in range(16)], [f"final {i}" for i in range(48)])


def scores(count: int, loss: float, drift: float, spread: float = 0.01, seed: int = 0) -> list[PromptScore]:
    """Prompts that lose this share of CLIP-Score and drift so far, each off by its own luck."""
    rng = random.Random(seed)
    return [
        PromptScore(
            prompt=f"p{i}",
            seed=i,
            clip_before=90.0,
            clip_after=90.0 * (1 - loss + rng.gauss(0, spread)),
            drift=max(0.0, drift + rng.gauss(0, 0.05)),
        )
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("loss", "drift", "found"),
    [(0.0, 0.1, "held"), (0.2, 0.1, "broken"), (0.0, 0.7, "broken"), (0.05, 0.1, "open"), (0.0, 0.35, "open")],
)
def test_quality_is_clear_away_from_its_bounds_only(loss: float, drift: float, found: str) -> None:
    assert enough.quality(scores(16, loss, drift), TWICE) == found


def test_four_pictures_give_up_only_what_is_far_out() -> None:
    assert enough.quality(scores(4, 0.0, 0.9), TWICE) == "broken"
    assert enough.quality(scores(4, 0.08, 0.1, spread=0.03), TWICE) == "open"
    assert enough.quality(scores(1, 0.9, 0.9), TWICE) == "open", "one picture says nothing"


def test_drift_does_not_matter_where_it_is_unbounded() -> None:
    assert enough.quality(scores(16, 0.0, 0.9), Target(speedup=2.0, max_drift=None)) == "held"


def test_a_candidate_that_breaks_its_bound_is_seldom_taken_for_good() -> None:
    """True loss 6% where 5% is allowed: three looks together say "held" in at most 1 of 100 worlds."""
    wrong = 0
    for world in range(400):
        every = scores(48, 0.06, 0.1, spread=0.03, seed=world)
        wrong += any(enough.quality(every[:n], TWICE) == "held" for n in (16, 32))
    assert wrong <= 4


def test_the_clock_stops_where_the_side_of_the_target_is_sure() -> None:
    far = [[2.6, 2.5], [2.4, 2.6], [2.5, 2.7], [2.55, 2.5]]
    assert enough.fast_enough_known(far, 2.0) and enough.fast_enough_known(far, 4.0)
    near = [[2.0, 2.3], [1.8, 2.0], [2.2, 2.3], [1.9, 1.8]]
    assert not enough.fast_enough_known(near, 2.0) and not enough.fast_enough_known(near, None)
    assert enough.fast_enough_known([[2.0, 2.01]] * 3 + [[2.01, 2.0]], 2.0), "narrow enough for any use"
    assert not enough.fast_enough_known(far[:1], 2.0)


def test_every_pair_must_be_slow_for_a_candidate_to_be_given_up() -> None:
    assert enough.too_slow([1.1, 1.2], 2.0)
    assert not enough.too_slow([1.1, 1.7], 2.0)


def kept(protocol: str, prompts: int, pairs: int, **changes: Any) -> Evaluation:
    return evaluation(
        2.5, protocol=protocol, prompts=prompts, pairs=pairs, scores=tuple(scores(prompts, 0.0, 0.1)), **changes
    )


def served(e: Evaluation, protocol: Protocol, target: Target | None = TWICE) -> bool:
    return enough.serves(e, protocol, target)


def test_what_ended_early_serves_only_where_it_would_end_early_again() -> None:
    assert served(kept("quick", 16, 4), BOTH["quick"], None)
    few = kept("quick", 4, 2)
    assert not served(few, BOTH["quick"]) and not served(few, BOTH["quick"], None)
    drifted = few.model_copy(update={"scores": tuple(scores(4, 0.0, 0.9))})
    assert served(drifted, BOTH["quick"]) and not served(drifted, BOTH["quick"], Target(speedup=2.0, max_drift=None))
    slow = few.model_copy(update={"speedup_interval": Interval(low=1.0, high=1.1)})
    assert served(slow, BOTH["quick"]) and not served(slow, BOTH["quick"], Target(speedup=1.1))


def test_a_final_answer_serves_while_it_is_clear() -> None:
    clear = kept("final", 16, 8)
    assert served(clear, BOTH["final"]) and not served(clear, BOTH["final"], None)
    assert not served(clear, BOTH["final"], Target(speedup=2.0, max_loss=0.004)), "16 prompts do not say that"
    assert served(kept("final", 48, 8), BOTH["final"], None)


def test_an_answer_from_a_noisy_machine_is_asked_for_again() -> None:
    wide = kept("final", 48, 24, speedup_interval=Interval(low=1.8, high=3.0))
    assert wide.noisy and TWICE.undecided_by(wide) and not served(wide, BOTH["final"])
    assert not Target(speedup=1.5).undecided_by(wide), "all of the interval is beyond it"
