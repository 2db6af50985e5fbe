"""Words from a command line as values. Pure; every complaint is one sentence."""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ..knowledge.catalogue import method_of
from ..knowledge.types import Bound, Plan, Scalar, Step, Target
from ..tools.errors import UsageError
from ..tools.measure.start import Entry

_UNITS = {"s": 1.0, "ms": 1e-3, "": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_MEGABYTES = {"": 1e3, "gb": 1e3, "g": 1e3, "gib": 1073.741824, "mb": 1.0, "m": 1.0, "mib": 1.048576}


def target(speedup: str | None, latency: str | None, max_loss: float, max_drift: float, gate: str) -> Target:
    """The target; 2x is assumed where neither speed nor latency is given. `paper` bounds CLIP-Score loss only."""
    if speedup is not None and latency is not None:
        raise UsageError("give either --speedup or --latency, not both")
    if gate not in ("default", "paper"):
        raise UsageError(f"--gate is `default` or `paper`, not {gate!r}")
    if latency is not None:
        wanted = {"latency_s": seconds(latency, "--latency")}
    else:
        wanted = {"speedup": times("2" if speedup is None else speedup)}
    quality = {"max_loss": max_loss, "max_drift": None if gate == "paper" else max_drift}
    try:
        return Target.model_validate({**wanted, **quality})
    except ValidationError as e:
        error = e.errors()[0]
        raise UsageError(f"--{str(error['loc'][0]).replace('_', '-')}: {error['msg'].lower()}") from e


def bounds(texts: Sequence[str], known: Collection[str]) -> tuple[Bound, ...]:
    """`sharpness`, `lpips=0.1`: metrics that plugins bring, with the most that they may say. Raises UsageError."""
    found: dict[str, Bound] = {}
    for text in texts:
        name, equals, number = (part.strip() for part in text.partition("="))
        if name not in known:
            bring = ", ".join(known) or "none is installed"
            raise UsageError(f"--metric {text}: no plugin brings a metric {name!r}; those that do: {bring}")
        if name in found:
            raise UsageError(f"--metric {text}: {name} is given twice")
        found[name] = Bound(metric=name, most=_number(number, text) if equals else None)
    return tuple(found.values())


def _number(number: str, text: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"--metric {text}: what follows = is the most that it may say, a number such as 0.1")
    return value


def times(text: str) -> float:
    """`2`, `2x`, `1.5×` as a speedup above 1."""
    match = re.fullmatch(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*[x×]?\s*", text, re.IGNORECASE)
    value = float(match.group(1).replace(",", ".")) if match else 0.0
    if not 1.0 < value < 1000.0:
        raise UsageError(f"--speedup {text}: a speedup is a number above 1 and below 1000, such as 2 for twice as fast")
    return value


def megabytes(text: str, option: str) -> float:
    """`12GB`, `8192 MB`, `11.9GiB` as megabytes; a bare number is gigabytes."""
    value = _amount(text, _MEGABYTES)
    if not 0 < value < 1e9:
        raise UsageError(f"{option} {text}: give an amount of memory above 0 such as 12GB or 8000MB")
    return value


def seconds(text: str, option: str) -> float:
    """`0.8s`, `800ms`, `90`, `5min` as seconds above 0."""
    value = _amount(text, _UNITS)
    if value <= 0:
        raise UsageError(f"{option} {text}: give a time above 0 such as 0.8s or 800ms")
    return value


def entry(call: str | None, request: str | None) -> Entry | None:
    """What `--call` and `--request` say, the request as JSON."""
    if call is None:
        if request is not None:
            raise UsageError("--request is what a handler is given: name the handler with --call")
        return None
    try:
        given: Any = json.loads(request) if request is not None else {}
    except ValueError as e:
        raise UsageError(f'--request is not JSON ({e}); write it like \'{{"prompt": "a lighthouse"}}\'') from e
    if not isinstance(given, dict):
        raise UsageError('--request must be a JSON object, such as \'{"prompt": "a lighthouse"}\'')
    return Entry(call=call.strip(), request=given)


def plan(text: str | None) -> Plan | None:
    """`deepcache(interval=2) + sampler(name=dpmpp_2m, steps=20)`: a plan as reports write it."""
    if text is None:
        return None
    steps = tuple(_step(part.strip()) for part in re.split(r"\+(?![^(]*\))", text))
    unknown = next((s.method for s in steps if method_of(s) is None), None)
    if unknown is not None:
        raise UsageError(f"--plan: {unknown} is no method, or has no such knobs; `explain METHOD` shows them")
    return Plan(steps=steps)


def _step(text: str) -> Step:
    match = re.fullmatch(r"([a-z0-9_]+)(?:\((.*)\))?", text)
    if match is None:
        raise UsageError(f"--plan {text}: write it like deepcache(interval=2) + channels_last()")
    pairs = [p.partition("=") for p in (match.group(2) or "").split(",") if p.strip()]
    return Step(method=match.group(1), params={k.strip(): _scalar(v.strip()) for k, _, v in pairs})


def _scalar(text: str) -> Scalar:
    try:
        value: Any = json.loads(text.lower() if text in ("True", "False") else text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool) else text


def _amount(text: str, units: Mapping[str, float]) -> float:
    """A number with a unit, in the unit that is 1; 0 where it is none."""
    match = re.fullmatch(r"\s*([0-9]*[.,]?[0-9]+)\s*([a-z]*)\s*", text, re.IGNORECASE)
    unit = units.get(match.group(2).lower()) if match else None
    return float(match.group(1).replace(",", ".")) * unit if match and unit else 0.0
