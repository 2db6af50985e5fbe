"""Bayesian linear regression against what can be worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.agents.regression import Regression


def unit(feature: str) -> tuple[float, float]:
    return 0.0, 1.0


def test_one_weight_is_the_precision_weighted_mean() -> None:
    one = Regression(unit)
    for value in (1.0, 2.0, 3.0):
        one.learn({"a": 1.0}, value, 0.5)
    mean, variance = one.predict({"a": 1.0})
    assert mean == pytest.approx((1 + 2 + 3) / 0.5 / (1 + 3 / 0.5))
    assert variance == pytest.approx(1 / (1 + 3 / 0.5))


def test_what_was_never_seen_keeps_its_prior() -> None:
    one = Regression(lambda feature: (0.3, 2.0) if feature == "b" else (0.0, 1.0))
    one.learn({"a": 1.0}, 1.0, 0.1)
    assert one.predict({"b": 2.0}) == (pytest.approx(0.6), pytest.approx(8.0))
    assert one.predict({}) == (0.0, 0.0)


def test_blame_is_shared_until_it_is_told_apart() -> None:
    one = Regression(unit)
    one.learn({"a": 1.0, "b": 1.0}, 1.0, 0.01)
    assert one.predict({"a": 1.0})[0] == pytest.approx(one.predict({"b": 1.0})[0])
    one.learn({"a": 1.0}, 1.0, 0.01)
    assert one.predict({"a": 1.0})[0] > 0.9 > 0.1 > one.predict({"b": 1.0})[0]


def test_a_copy_learns_alone() -> None:
    one = Regression(unit)
    one.learn({"a": 1.0}, 1.0, 0.1)
    twin = one.copy()
    twin.learn({"a": 1.0, "c": 1.0}, 9.0, 0.1)
    assert one.weights() == {"a": (pytest.approx(1 / 1.1), pytest.approx(0.1 / 1.1))}
    assert twin.predict({"a": 1.0})[0] > one.predict({"a": 1.0})[0]


def test_what_is_forgotten_has_taught_the_others() -> None:
    """Marginalising a normal distribution: the covariance with what is dropped is already in what is left."""
    one, whole = Regression(unit), Regression(unit)
    for learned in (one, whole):
        learned.learn({"a": 1.0, "@a": 1.0}, 1.0, 0.1)
        learned.learn({"b": 1.0, "@a": 0.5}, 2.0, 0.1)
    one.forget("@")
    assert set(one.weights()) == {"a", "b"}
    assert one.predict({"a": 1.0, "b": 1.0}) == whole.predict({"a": 1.0, "b": 1.0})
    one.learn({"@a": 1.0}, 5.0, 0.1)
    assert one.predict({"a": 1.0}) == whole.predict({"a": 1.0})


OBSERVED = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abcd"), st.floats(-1, 1), min_size=1), st.floats(-2, 2)), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(OBSERVED)
def test_variances_stay_positive_and_never_grow(observed: list[tuple[dict[str, float], float]]) -> None:
    one, asked = Regression(unit), {"a": 1.0, "b": -0.5, "d": 1.0}
    before = one.predict(asked)[1]
    for features, value in observed:
        one.learn(features, value, 0.05)
        after = one.predict(asked)[1]
        assert 0 <= after <= before + 1e-9
        before = after
