"""Metrics that installed packages bring, as the scorer's process asks them: pictures in, a number for each prompt out.

The entry point names a function of the baseline's pictures, the candidate's (both uint8 RGB, (n, height, width, 3)) and
their prompts. It gives one number for each prompt, and the greater one is the worse one.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...knowledge import plugins
from ...knowledge.plugins import Broken, Plugin, guarded

Pixels = NDArray[np.uint8]
Metric = Callable[[Pixels, Pixels, Sequence[str]], Sequence[float]]


def load(names: Sequence[str]) -> dict[str, Metric] | Broken:
    """The functions by their names, or why one of them is not there, cannot be loaded or be called."""
    functions: dict[str, Metric] = {}
    for name in names:
        found = _function(name, plugins.named(plugins.METRICS, name))
        if isinstance(found, Broken):
            return found
        functions[name] = found
    return functions


def _function(name: str, plugin: Plugin | None) -> Metric | Broken:
    if plugin is None:
        return Broken(f"no plugin brings {name}")
    if plugin.complaint is not None:
        return Broken(plugin.complaint)
    if not callable(plugin.given):
        return Broken(f"the plugin {name} of {plugin.package} is not used: it is no function")
    return cast(Metric, plugin.given)


def read(metric: Metric, before: Pixels, after: Pixels, prompts: Sequence[str]) -> list[float] | Broken:
    """One number for each prompt, or what is wrong with the answer."""
    given: Any = guarded(lambda: metric(before, after, prompts))
    if isinstance(given, Broken):
        return given
    numbers = guarded(lambda: [float(number) for number in given])
    if isinstance(numbers, Broken):
        return Broken(f"it gave {type(given).__name__}, not numbers")
    if len(numbers) != len(prompts) or not all(map(math.isfinite, numbers)):
        return Broken(f"of {len(prompts)} pictures it gave {len(numbers)} numbers, {_finite(numbers)} of them finite")
    return numbers


def _finite(numbers: Sequence[float]) -> int:
    return sum(map(math.isfinite, numbers))
