"""Pareto dominance, for everything that is more the better."""


def dominates(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """At least as much of everything, and more of something."""
    return a != b and all(x >= y for x, y in zip(a, b, strict=True))
