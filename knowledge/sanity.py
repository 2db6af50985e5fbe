"""Can it be so? The most that methods can gain, from what was counted; and what to look at before believing it."""

from math import prod

from .catalogue import CATALOGUE
from .checks import Finding, finding
from .types import Evaluation, Plan, Profile, Trace

_BEYOND = {
    "precision": 8.0,
    "compile": 4.0,
    "attention": 2.5,
    "layout": 2.0,
    "memory": 2.0,
    "vae": 2.0,
    "pipeline": 1.3,
    "parallel": 16.0,
}
"""kind of method -> times faster that the same arithmetic can become; other kinds gain by computing less"""
_UNCOUNTED = 6.0
"""where arithmetic could not be counted: what a cache, merged tokens or guidance may save of it"""
_NOISE = 1.25
_OFFLOADED = 20.0
"""what a baseline may gain by no longer fetching its weights for every call"""
_START_S, _START_IMAGES = 3.0, 10.0
"""a slower start is pointed out from this many seconds, and this many pictures' time, on"""


def ceiling(plan: Plan | None, trace: Trace, before: Profile) -> float:
    """The speedup beyond which a number is measured again and pointed out. Generous: no honest plan should pass it."""
    was = before.trace
    slugs = {s.method for s in plan.steps} if plan is not None else set[str]()
    kinds = {CATALOGUE[s].kind for s in slugs | set(trace.methods) if s in CATALOGUE}
    calls = was.denoiser_calls / trace.denoiser_calls if trace.denoiser_calls else 1.0
    if trace.gflop and was.gflop:
        work = was.gflop / trace.gflop
    else:
        work = calls * (_UNCOUNTED if kinds & {"cache", "tokens", "guidance"} else 1.0)
    freed = _OFFLOADED if was.offload and not trace.offload else 1.0
    return _NOISE * max(1.0, work, calls) * prod(_BEYOND.get(k, 1.0) for k in kinds) * freed


def looked_at(found: Evaluation, before: Profile, bound: float) -> list[Finding]:
    """The checks on the numbers: is it within reach, beyond chance, and paid for in the call?"""
    return [_ceiling(found, bound), _luck(found), _start(found, before)]


def flags(found: Evaluation, before: Profile, bound: float) -> list[str]:
    """What a person should look at, one sentence each. Chance is in the interval already."""
    return [f.sentence for f in looked_at(found, before, bound) if f.state == "caught" and f.check != "luck"]


def _ceiling(found: Evaluation, bound: float) -> Finding:
    if found.speedup > bound:
        said = f"{found.speedup:.1f}x is more than its methods can gain from what was computed (at most {bound:.1f}x)"
        return finding("ceiling", "caught", f"{said}, and was so again in a fresh process")
    return finding(
        "ceiling", "passed", f"{found.speedup:.2f}x is within reach of what was computed (at most {bound:.1f}x)"
    )


def _luck(found: Evaluation) -> Finding:
    low, pairs = found.speedup_interval.low, f"{found.pairs} pairs"
    if found.speedup > 1.0 and low <= 1.0:
        said = f"{found.speedup:.2f}x may be chance: its interval over {pairs} begins at {low:.2f}"
        return finding("luck", "caught", said)
    return finding("luck", "passed", f"the low end of the interval over {pairs} is {low:.2f}x")


def _start(found: Evaluation, before: Profile) -> Finding:
    extra = found.load_s + found.first_image_s - before.load_s - before.first_image_s
    if extra > max(_START_S, _START_IMAGES * found.baseline_s) and not found.trace.compiled:
        after = f"pays back after {found.break_even_images} images" if found.break_even_images else "never pays back"
        said = f"{extra:.1f} s of work were moved before the second image, which {after}"
        return finding("start", "caught", said)
    return finding("start", "passed", f"loading and the first image took {extra:+.1f} s beside the baseline's")
