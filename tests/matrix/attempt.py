"""One method on one pipeline: written into its script, run, asked for its proof, taken away again."""

import hashlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from diffagent_mcp.agents import coder
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.rules import combined, problems, unusable
from diffagent_mcp.knowledge.situation import Situation, recorded, situation_at
from diffagent_mcp.knowledge.types import Candidate, Device, Failure, ModelMissing, Plan, Script, Trace, Tried
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner
from diffagent_mcp.tools.measure.sampling import trace_of
from diffagent_mcp.tools.script.analyse import analyse

from .rows import Subject

PROMPT, SEED = "a red circle on a white background", 1
TRIES = 5
NEAR = 2
"""largest difference of a pixel value that rounding explains"""
_SCRIPT = "script.py"
Undone = Literal["exactly", "nearly", "no", "anew"]


@dataclass(frozen=True)
class Obstacle:
    """Why a method does not work on a pipeline."""

    outcome: Literal["misfit", "broken", "elsewhere"]
    reason: str


class Untried(Exception):
    """The script as it is does not run."""


@dataclass
class Bench:
    """A pipeline as it is, and where its variants are run."""

    subject: Subject
    runner: Runner
    home: Path
    device: Device
    libraries: dict[str, str]
    before: Trace = field(init=False)
    pixels: bytes = field(init=False)
    situation: Situation = field(init=False)

    def __post_init__(self) -> None:
        self.code = self.subject.source(self.home)
        made = self.run(self.code)
        if not isinstance(made, Pictures):
            raise Untried(made.message)
        trace = trace_of(made)
        if isinstance(trace, Failure):
            raise Untried(trace.message)
        self.before, self.pixels = trace, made.pixels
        here = situation_at(self.script.pipelines[0], self.device, self.libraries)
        self.situation = recorded(here, trace)

    @cached_property
    def script(self) -> Script:
        """What analysis finds in it."""
        found = analyse(_SCRIPT, self.code)
        assert isinstance(found, Script)
        return found

    def run(self, code: str, line: int | None = None, warm: bool = False) -> Pictures | Failure:
        """One picture from the pipeline's first call, or from the one on this line; `warm`: the second from there."""
        path = self.home / _SCRIPT
        path.write_text(code)
        sites = [] if line is None else [[line, line]]
        told = {"code": code, "script": _SCRIPT, "arguments": [], "sites": sites}
        live = self.runner.start({**told, "pipeline_class": self.subject.pipeline_class}, path)
        if not isinstance(live, Live):
            return live
        try:
            first = live.pictures([PROMPT], [SEED], self.subject.labels) if warm else None
            if first is not None and not isinstance(first, Pictures):
                return first
            return live.pictures([PROMPT], [SEED], self.subject.labels, deep=True)
        finally:
            live.close()


def fingerprint(kind: type[Method], bench: Bench) -> str:
    """Of all that an attempt depends on: the method, what it writes, the script and the libraries."""
    first = next(_ways(kind, bench), None)
    written = getattr(_written(first[0], bench), "code", "") if first else ""
    text, reason = inspect.getsource(inspect.getmodule(kind) or kind), unusable(kind, bench.situation)
    parts = (text, reason, written, bench.subject.text, sorted(bench.libraries.items()))
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def attempt(kind: type[Method], bench: Bench) -> Tried:
    """Try the settings that fit, one after the other, until one proves itself."""
    told = Tried(method=kind.slug, pipeline=bench.subject.name, of=fingerprint(kind, bench), outcome="broken")
    if reason := unusable(kind, bench.situation):
        outcome = "elsewhere" if _elsewhere(kind, bench.situation) else "misfit"
        return told.model_copy(update={"outcome": outcome, "reason": reason})
    first = Obstacle("misfit", "no setting of it fits this call")
    for n, (method, plan) in enumerate(_ways(kind, bench)):
        found = _obstacle(method, plan, bench)
        if found is None:
            done = {"outcome": "works", "params": method.model_dump(), "undone": taken_away(method, bench)}
            return told.model_copy(update=done)
        first = found if n == 0 else first
    return told.model_copy(update={"outcome": first.outcome, "reason": first.reason})


def _elsewhere(kind: type[Method], here: Situation) -> bool:
    """Is it this machine that lacks something, and not the pipeline?"""
    if here.backbone not in kind.fits:
        return False
    missing = kind.package is not None and kind.package not in here.libraries
    return here.device.kind not in kind.devices or missing


def _ways(kind: type[Method], bench: Bench) -> Iterator[tuple[Method, Plan]]:
    """The default, then the extremes of each knob, then of several, as far as they fit; no more than TRIES."""
    extremes = [kind(**{n: v}) for n, values in kind.genes() for v in (values[-1], values[0])]  # pyright: ignore
    plans = [(m, Plan(steps=(m.step(),))) for m in dict.fromkeys((kind(), *extremes, *combined(kind)))]
    fitting = [(m, p) for m, p in plans if not problems(p, bench.situation)]
    yield from fitting[:TRIES]


def _written(method: Method, bench: Bench) -> Candidate | Failure:
    return coder.write(Plan(steps=(method.step(),)), bench.code, bench.script, bench.situation)


def _obstacle(method: Method, plan: Plan, bench: Bench) -> Obstacle | None:
    """Why this setting does not run, or does nothing; None where it proves itself."""
    written = _written(method, bench)
    if not isinstance(written, Candidate):
        return Obstacle("broken", written.message)
    # The judge warms up, too: MagCache spends the first picture on measuring, and reuses from the second on.
    made = bench.run(written.code, warm=True)
    if isinstance(made, ModelMissing):
        return Obstacle("elsewhere", made.message)
    trace = trace_of(made) if isinstance(made, Pictures) else made
    if isinstance(trace, Failure):
        return Obstacle("broken", trace.message)
    doubts = unproven(plan, trace, bench.before)
    # What nobody searches speed with has often nothing to do in a plain call, which is no fault of it.
    return Obstacle("broken" if method.searched else "misfit", doubts[0].message) if doubts else None


def taken_away(method: Method, bench: Bench) -> Undone | None:
    """Call it once, undo it, call it as it was written first: is that the picture of the script as it is?"""
    try:
        statements = method.undo(bench.situation)
    except NotImplementedError:
        return None
    if statements is None:
        return "anew"
    written = _written(method, bench)
    assert isinstance(written, Candidate)
    call = next(line for line in bench.code.splitlines() if line.startswith(("image = pipe(", "out = pipe(")))
    lines = [*written.code.splitlines(), *(s.replace("{pipe}", "pipe") for s in statements), call]
    made = bench.run("\n".join(lines) + "\n", len("\n".join(lines).splitlines()))
    if not isinstance(made, Pictures) or len(made.pixels) != len(bench.pixels):
        return "no"
    apart = max(abs(a - b) for a, b in zip(made.pixels, bench.pixels, strict=True))
    return "exactly" if apart == 0 else "nearly" if apart <= NEAR else "no"
