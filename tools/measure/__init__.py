"""Measuring: the judge, the runner it asks, the scorer, statistics."""
