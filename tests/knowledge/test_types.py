"""The vocabulary's own promises."""

import pytest
from factories import evaluation, plan, step, trial
from pydantic import ValidationError

from diffagent_mcp.knowledge.types import Crashed, Step, Target, best_evaluation


def test_a_fingerprint_depends_on_content_not_on_order() -> None:
    one, two = Step(method="m", params={"a": 1, "b": 2}), Step(method="m", params={"b": 2, "a": 1})
    assert one.fingerprint() == two.fingerprint() and hash(one) == hash(two) and one == two
    assert one.fingerprint() != Step(method="m", params={"a": 1, "b": 3}).fingerprint()


def test_values_cannot_be_changed_or_misspelt() -> None:
    with pytest.raises(ValidationError):
        Target(speedup=2, max_los=0.1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        plan().steps = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target(speedup=2.0), True),
        (Target(speedup=2.1), False),
        (Target(latency_s=0.5), True),
        (Target(latency_s=0.4), False),
        (Target(speedup=2.0, max_loss=0.005), False),
        (Target(speedup=2.0, max_drift=0.05), False),
        (Target(speedup=2.0, max_drift=None), True),
    ],
)
def test_a_target_is_speed_and_quality_together(target: Target, met: bool) -> None:
    assert target.met_by(evaluation(speedup=2.0, loss=0.01, drift=0.1)) is met


def test_latency_asks_for_the_speedup_that_reaches_it() -> None:
    assert Target(latency_s=0.5).required_speedup(2.0) == 4.0
    assert Target(speedup=3.0).required_speedup(2.0) == 3.0


def test_final_numbers_overrule_quick_ones() -> None:
    one = trial(1, plan(step("tome")), evaluation(2.0))
    assert best_evaluation(one) == evaluation(2.0)
    confirmed = one.model_copy(update={"final": evaluation(1.8)})
    assert best_evaluation(confirmed) == evaluation(1.8)
    crash = Crashed(message="x", stage="call", error="E")
    assert best_evaluation(one.model_copy(update={"final": crash})) is None
    assert best_evaluation(one.model_copy(update={"verdict": crash})) is None
