"""One script asked for a few pictures, with nothing beside it: what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from ...knowledge.catalogue import draws
from ...knowledge.checks import Finding, finding
from ...knowledge.types import Failure, Protocol, Trace
from . import integrity
from .runner import Live, Pictures
from .sampling import call_at, trace_of
from .scorer import Scorer
from .usage import Usage, Watch, rested

_ALIKE = 1e-3
"""1 - SSIM below which two pictures are the same"""
_RESTED = {"idle": "it rests between its pictures", "processors": "its calls keep to the processors they were given"}


@dataclass(frozen=True)
class Alone:
    """The record of one call, and what the pictures of six calls say."""

    trace: Trace
    findings: tuple[Finding, ...]


def look(live: Live, protocol: Protocol, scorer: Scorer, rng: Random, threads: int) -> Alone | Failure:
    """Prompt A twice, another prompt, A again, A with a seed that nobody could know, and A once more."""
    watch = Watch(live.pid)
    unforeseen = integrity.unforeseen(protocol, rng)
    asked = ((0, protocol), (0, protocol), (1, protocol), (0, protocol), (0, unforeseen), (0, protocol))
    drawn: list[Pictures] = []
    for at, given in asked:
        made = _drawn(live, watch, given, at, deep=len(drawn) == 1)
        if not isinstance(made, Pictures):
            return made
        drawn.append(made)
    trace = trace_of(drawn[1])
    if not isinstance(trace, Trace):
        return trace
    fair = Usage(call_cpu_s=float(threads), call_s=1.0)
    used = [replace(watch.usage, idle_cpu_s=0.0, idle_s=0.0), rested(live.pid)]
    said = [*_pictures(drawn, not draws(trace.methods), scorer), *integrity.resting([fair], used, _RESTED)]
    return Alone(trace, (ran(trace), *said))


def _drawn(live: Live, watch: Watch, protocol: Protocol, at: int, deep: bool) -> Pictures | Failure:
    with watch.call():
        return live.pictures(*call_at(live, protocol, at), deep=deep)


def _pictures(drawn: Sequence[Pictures], steady: bool, scorer: Scorer) -> list[Finding]:
    """The distance to another seed's picture is the unit, as there is no baseline to take it from."""
    first, counted, _, again, another, last = drawn
    unit = integrity.apart(first, another, 1.0, scorer)
    if unit < _ALIKE:
        return [integrity.another_seed(unit)]
    if not steady:
        return [integrity.another_seed(1.0)]
    return [
        integrity.another_seed(1.0),
        integrity.repeated(integrity.apart(first, counted, unit, scorer)),
        integrity.after_others(max(integrity.apart(first, a, unit, scorer) for a in (again, last))),
    ]


def ran(trace: Trace) -> Finding:
    """Did a model make the picture? Pure."""
    if trace.denoiser_calls < 1 or trace.vae_decodes < 1:
        said = "no denoiser or no decoder ran: the picture did not come from the model"
        return finding("model_ran", "caught", said)
    said = f"{trace.denoiser_calls} denoiser calls and {trace.vae_decodes} decoder calls made it"
    return finding("model_ran", "passed", said)


def as_asked(trace: Trace, applied: Sequence[str]) -> list[Finding]:
    """The record beside what the script's own text asks for. Pure."""
    found: list[Finding] = []
    asked = None if trace.part or trace.strength is not None else trace.requested_steps
    if asked is not None:
        short = trace.denoiser_calls < asked
        state = "caught" if short else "passed"
        found.append(
            finding("steps", state, f"{trace.denoiser_calls} denoiser calls for {asked} steps that are asked for")
        )
    idle = [slug for slug in applied if slug not in trace.methods and slug in _SEEN]
    if idle or trace.swallowed:
        what = " and ".join([*idle, *(f"the keyword {k}" for k in trace.swallowed)])
        found.append(finding("inert", "caught", f"{what} stands in the text, and nothing of it is at work"))
    elif trace.methods:
        found.append(
            finding("inert", "passed", f"{', '.join(sorted(trace.methods))} found at work on the live pipeline")
        )
    return found


_SEEN = frozenset(
    {
        *("precision", "deepcache", "tome", "first_block_cache", "taylorseer", "mag_cache", "pyramid_attention"),
        *("faster_cache", "fused_qkv", "xformers", "channels_last", "compile", "vae_slicing", "vae_tiling", "tgate"),
    }
)
"""methods that always show on live objects where they are at work"""
