"""`estimate`: is the target within reach here? An answer at once, from what is known; nothing is run."""

import random
import shlex
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from ..agents.estimate import RUNGS, Memory, Odds, odds
from ..agents.forecast import Forecast, Lean
from ..knowledge import rules
from ..knowledge.catalogue import CATALOGUE
from ..knowledge.chance import LIKELY, UNLIKELY, about, word
from ..knowledge.experience import Lesson, same_environment, same_place
from ..knowledge.pipelines import any_card_for
from ..knowledge.situation import Situation, measured
from ..knowledge.types import Interval, Models, Plan, Profile, Record, Target
from ..knowledge.weights import memory_sentences, too_large
from ..tools.report.text import counted, percent, times, two_decimals
from ..tools.store import experience
from .advising import saves_memory
from .app import App
from .explaining import where_of
from .place import Place

_AIM = 2.0
"""speedup that is answered for where a time is asked for that nothing can be compared with"""
SHOWN = 3
"""plans that are put forward"""
_SEED = 0
"""of the draw of plans: the same question is answered the same"""


class Rung(Record):
    """A speedup, and how probable it is that the best plan for it reaches it within the bounds on quality."""

    speedup: float
    chance: float
    word: str


class Prospect(Record):
    """A plan that is expected to meet the target. Its numbers are expected, never measured."""

    plan: Plan
    sentence: str
    speedup: float = Field(description="the median of what is expected")
    speedup_interval: Interval
    loss: float
    drift: float
    chance: float
    word: str
    judged: int = Field(description="experiences, of those leant on, with this very plan")


class Estimate(Record):
    """How probable a target is, why, and what to type next."""

    measured: Literal[False] = False
    where: str
    target: Target
    answer: str
    because: str
    speedup: float | None = Field(description="what is asked for, as a speedup; None: not known without a profile")
    rungs: tuple[Rung, ...] = ()
    plans: tuple[Prospect, ...] = ()
    leans: str
    here: int = Field(description="experiences of this place")
    elsewhere: int = Field(description="experiences of other places")
    setbacks: int = Field(description="failures that are remembered of this place")
    denoiser_share: float
    share_assumed: bool
    ceiling: float = Field(description="the speedup if the denoiser cost nothing")
    notes: tuple[str, ...] = ()
    next: str = Field(description="the command to type")


def estimate(app: App, place: Place, target: Target, memory_mb: float | None = None) -> Estimate:
    """Answer from the script's text, the store and the knowledge base. Nothing is run, and torch is not asked."""
    models = app.models_for(place.situation.pipeline.model_id, place.opened.file.path.parent if place.opened else None)
    profile = profile_of(app, place, models)
    here = place.situation if profile is None else measured(place.situation, profile)
    known = remembered(app, here, models)
    required = _required(target, profile)
    aim = max(required or _AIM, RUNGS[0])
    notes, fits, tight = _memory_limit(here, memory_mb)
    found = odds(here, target, aim, known, rules.usable(here), random.Random(_SEED), fits, models)
    file = str(place.opened.file.path) if place.opened else "FILE"
    answer, because = _headline(found, required, profile)
    return Estimate(
        where=where_of(here),
        target=target,
        answer=f"{answer}, if it can be made to fit into memory" if tight else answer,
        because=because,
        speedup=required,
        rungs=_rungs(found, required),
        plans=tuple(_prospect(f, chance, known) for f, chance in found.best(aim, SHOWN)),
        leans=_leans(known),
        here=len(known.here),
        elsewhere=len(known.elsewhere),
        setbacks=len(known.setbacks),
        denoiser_share=here.denoiser_share,
        share_assumed=here.stages is None,
        ceiling=found.ceiling,
        notes=(*place.notes, *notes),
        next=_next(shlex.quote(file), found, required),
    )


# what is known


def profile_of(app: App, place: Place, models: Models) -> Profile | None:
    """The latest stored profile of this very text in this place; None where there is none. The store is not made."""
    if place.opened is None or not app.remembers:
        return None
    here = place.situation
    kept = experience.baselines(app.store, place.opened.script.source_sha, place.opened.site.name)
    return next((p for there, p in kept if same_environment(there, here.device, here.libraries, models)), None)


def remembered(app: App, here: Situation, models: Models) -> Memory:
    """What the store knows of this class of pipelines, on the same sort of models: the zoo says nothing of the hub."""
    if not app.remembers:
        return Memory()
    learned = [e for e in experience.of_class(app.store, here.pipeline_class) if e.environment.models == models]
    failed = experience.setbacks_of_class(app.store, here.pipeline_class)

    def is_here(one: Lesson) -> bool:
        alike = one.situation.pipeline.model_id == here.pipeline.model_id
        return alike and same_place(one, here.device, here.libraries, models)

    return Memory(
        here=[e for e in learned if is_here(e)],
        elsewhere=[e for e in learned if not is_here(e)],
        setbacks=[s for s in failed if is_here(s)],
    )


def _required(target: Target, profile: Profile | None) -> float | None:
    """The speedup that is asked for; None where it is a time, and how long an image takes now is not known."""
    if target.speedup is not None:
        return target.speedup
    return target.required_speedup(profile.latency_s) if profile is not None else None


def _memory_limit(here: Situation, memory_mb: float | None) -> tuple[tuple[str, ...], Callable[[Plan], bool], bool]:
    """What a limit means for the weights; where they do not fit as they are, only plans that save memory are left."""
    if memory_mb is None:
        return (), lambda _: True, False
    card = any_card_for(here.pipeline_class, here.pipeline.model_id)
    tight = too_large(card, here.pipeline.dtype, memory_mb)
    return memory_sentences(card, here.pipeline.dtype, memory_mb), (_saves if tight else lambda _: True), tight


def _saves(plan: Plan) -> bool:
    return any(saves_memory(CATALOGUE[s.method]) for s in plan.steps if s.method in CATALOGUE)


# what is said


def _rungs(found: Odds, required: float | None) -> tuple[Rung, ...]:
    asked = {required} if required is not None and required > 1 else set[float]()
    speeds = sorted({*RUNGS, *asked})
    return tuple(Rung(speedup=s, chance=round(p := found.chance(s), 3), word=word(p)) for s in speeds)


def _prospect(f: Forecast, chance: float, known: Memory) -> Prospect:
    return Prospect(
        plan=f.plan,
        sentence=f.plan.sentence(),
        speedup=f.speedup,
        speedup_interval=f.speedup_interval,
        loss=f.expected.loss,
        drift=f.expected.drift,
        chance=round(chance, 3),
        word=word(chance),
        judged=sum(one.plan == f.plan for one in known.leant_on),
    )


def _headline(found: Odds, required: float | None, profile: Profile | None) -> tuple[str, str]:
    """The answer, and why."""
    if not found.forecasts:
        return "no: no method is left that fits here", "every plan that was drawn breaks a rule"
    if required is None:
        said = f"{_said(found, _AIM)}; whether that is {found.target.latency_s:g} s an image is not known"
        return said, f"nobody has measured how long one takes now; {_because(found, _AIM)}"
    if required <= 1 and profile is not None:
        return "yes: it is met as it is", f"an image took {profile.latency_s:.3g} s when the script was measured"
    asked = _said(found, required)
    beyond = next((r for r in RUNGS if r > required and found.chance(r) < UNLIKELY), None)
    if beyond is not None:
        asked += f", {_times(beyond)} {word(found.chance(beyond))} here"
    return asked, _because(found, required)


def _said(found: Odds, speedup: float) -> str:
    """`2x likely (about 75%)`"""
    p = found.chance(speedup)
    return f"{_times(speedup)} {word(p)} ({about(p)})"


def _times(speedup: float) -> str:
    return f"{speedup:.3g}x"


def _because(found: Odds, required: float) -> str:
    """What stands in the way, or how far the plans should reach."""
    share = f"{100 * found.situation.denoiser_share:.0f}% of a call"
    assumed = "is assumed to take" if found.situation.stages is None else "takes"
    top = f"the denoiser {assumed} {share}, so speeding it up gives {found.ceiling:.1f}x at the very most"
    if found.within is None:
        return f"no plan is likely to keep {_bounds(found.target)}"
    reach = f"plans that are likely to keep {_bounds(found.target)} are expected to reach {times(found.within)}"
    return f"{reach}; {top}" if found.ceiling < 2 * required else reach


def _bounds(target: Target) -> str:
    drift = "" if target.max_drift is None else f" and drift within {two_decimals(target.max_drift)}"
    return f"loss within {percent(target.max_loss)}{drift}"


_PLACES: dict[Lean, str] = {
    "here": "measured here with this checkpoint",
    "elsewhere": "measured elsewhere (another checkpoint, device, version, or somebody else's)",
    "nothing": "",
}


def _leans(known: Memory) -> str:
    if known.lean == "nothing":
        said = "no experience: the knowledge base's figures alone, which are mostly the literature's"
    else:
        nearest = known.here or known.elsewhere
        said = f"{counted(len(nearest), 'experience')} {_PLACES[known.lean]}"
        if known.here and known.elsewhere:
            said += f", and {len(known.elsewhere)} from elsewhere"
    return f"{said}; {counted(len(known.setbacks), 'failure')} here" if known.setbacks else said


def _next(file: str, found: Odds, required: float | None) -> str:
    """`profile` where the seconds are not known, else `optimize` for what is within reach."""
    if not found.forecasts:
        return f"diffagent-mcp doctor {file}"
    if required is None:
        return f"diffagent-mcp profile {file}"
    target = found.target
    speed = f"--speedup {target.speedup:g}" if target.speedup is not None else f"--latency {target.latency_s:g}s"
    likely = max((r for r in RUNGS if r < required and found.chance(r) >= LIKELY), default=None)
    if required > 1 and found.chance(required) < UNLIKELY and likely is not None:
        speed = f"--speedup {likely:g}"
    usual = Target()
    bounds = f" --max-loss {target.max_loss:g}" if target.max_loss != usual.max_loss else ""
    bounds += f" --max-drift {target.max_drift:g}" if target.max_drift not in (None, usual.max_drift) else ""
    return f"diffagent-mcp optimize {file} {speed}{bounds}"
