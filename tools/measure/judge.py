"""The one judge: agents, the benchmark and people all ask it, so that a number means the same thing everywhere.

It holds the clock, owns the baseline, asks the runner for pictures one call at a time and the scorer for quality.
A verdict is kept under the fingerprint of everything it depends on, and never measured twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random, SystemRandom

from ...knowledge import sanity
from ...knowledge.experience import lesson_of
from ...knowledge.proof import changed, unproven
from ...knowledge.render import batch_safe
from ...knowledge.situation import measured, situation_at
from ...knowledge.types import (
    Candidate,
    Environment,
    Evaluation,
    Failure,
    Plan,
    Profile,
    Protocol,
    Tampered,
    Target,
    Trace,
    Verdict,
)
from ..script.source import fingerprint
from ..script.tricks import REFUSED, added
from ..store import experience
from ..store.store import Store
from . import integrity, report_card
from .baseline import Baseline, Subject, profile_of, restore, with_more, with_other_prompts
from .course import Course
from .drawing import of_protocol, quality_pictures
from .enough import serves
from .question import Question
from .runner import Limits, Live, Pictures, Runner
from .sampling import Pairs, Proof, Starter, call_at, timed_blocks, trace_of
from .scorer import Scorer

_SANE_PAIRS = 8
"""with which a speedup beyond what is known is measured again"""


@dataclass
class Judge:
    """One script, one pipeline, one environment."""

    subject: Subject
    environment: Environment
    protocols: dict[str, Protocol]
    runner: Callable[[], Runner]
    scorer: Callable[[], Scorer]
    store: Store
    limits: Limits
    say: Callable[[str], None] = lambda _: None
    target: Target | None = None
    """what candidates are measured for: those that cannot meet it, and clear answers, end early; None: nothing does"""
    lanes: int = 1
    """processes that may draw at once while nobody is timed, each on processors of its own"""
    rng: Random = field(default_factory=SystemRandom)
    """draws the seeds of what is timed, which no candidate can foresee; they are kept nowhere"""

    def __post_init__(self) -> None:
        self._live: Live | None = None
        self._beside: Live | None = None
        self._baselines: dict[str, Baseline] = {}
        self.restored: set[str] = set()
        """protocols whose baseline came from the store"""

    # the baseline

    def baseline(self, protocol: str = "quick", fresh: bool = False) -> Baseline | Failure:
        """The script as it is, measured once; from the store where it was measured before, unless asked afresh."""
        if protocol in self._baselines:
            return self._baselines[protocol]
        key = self._key(protocol, Plan(), self.subject.code)
        kept = None if fresh else restore(self.store, key)
        found = kept or self._measure_baseline(protocol)
        if isinstance(found, Baseline):
            self._baselines[protocol] = found
            if kept is not None:
                self.restored.add(protocol)
            else:
                self.store.put(key, found.profile, {"before": found.pngs(), "again": found.again})
            if protocol == "quick":
                self._remember_baseline(key)
        return found

    def _measure_baseline(self, protocol: str) -> Baseline | Failure:
        self.say(f"making the baseline's pictures ({protocol} protocol)")
        live = self.live_baseline()
        if not isinstance(live, Live):
            return live
        wanted = self.protocols[protocol]
        first = wanted.looks[0] if wanted.looks and wanted.blocks > 1 else len(wanted.prompts)
        part, timed = wanted.part(0, first), next(iter(self._baselines.values()), None)
        if timed is not None:
            return with_other_prompts(timed.profile, live, self.scorer(), part, self._second_baseline)
        return profile_of(live, self.scorer(), part, self._second_baseline)

    def _grown(self, protocol: Protocol, count: int) -> Baseline | Failure:
        """The baseline with pictures of the first `count` prompts; those that are missing are drawn and kept."""
        before = self.baseline(protocol.name)
        if not isinstance(before, Baseline) or (have := len(before.pictures)) >= count:
            return before
        live, part = self.live_baseline(), protocol.part(have, count)
        if not isinstance(live, Live):
            return live
        self.say(f"{count - have} more pictures of the baseline ({protocol.name} protocol)")
        more = quality_pictures(live, of_protocol(part, first=have), self._second_baseline())
        if not isinstance(more, Pictures):
            return more
        grown = with_more(before, more, self.scorer().clip(more.pixels, more.shape, part.prompts))
        self._baselines[protocol.name] = grown
        self.store.put(self._key(protocol.name, Plan(), self.subject.code), grown.profile, {"before": grown.pngs()})
        return grown

    def _second_baseline(self) -> Live | None:
        """The same script on the second lane; kept, as two protocols need it. None where it cannot be had."""
        if (self._beside is None or self._beside.gone) and self.lanes > 1:
            self._beside = self._on_second_lane(self.subject.code, self.limits)
        return self._beside

    def _on_second_lane(self, code: str, limits: Limits) -> Live | None:
        live = self._start(code, limits, lane=1)
        return live if isinstance(live, Live) else None

    def live_baseline(self) -> Live | Failure:
        """The baseline's process, started when it is first needed and kept for interleaving."""
        if self._live is None or self._live.gone:
            live = self._start(self.subject.code, self.limits)
            if not isinstance(live, Live):
                return live
            warm = live.pictures(*call_at(live, self.protocols["quick"], 0))
            if not isinstance(warm, Pictures):
                return warm
            live.first_image_s = warm.seconds
            self._live = live
        return self._live

    # candidates

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None:
        """The verdict that is kept and still holds, without measuring anything."""
        kept = self.store.get(self._key(protocol, candidate.plan, candidate.code))
        if kept is None or isinstance(kept, Profile) or not kept.holds():
            return None
        cut_short = isinstance(kept, Evaluation) and not serves(kept, self.protocols[protocol], self.target)
        return None if cut_short else kept

    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        """Measure a candidate against the baseline, and keep the verdict."""
        verdict, after = self._measure(candidate, protocol)
        pictures = {"after": after} if protocol != "quick" else None
        key = self._key(protocol, candidate.plan, candidate.code)
        self.store.put(key, verdict, pictures)
        if candidate.plan is not None and protocol in self._baselines:  # else it is the script itself that failed
            self._remember(key, candidate.plan, verdict, self._baselines[protocol].profile)
        return verdict

    def _remember(self, key: str, plan: Plan, verdict: Verdict, before: Profile) -> None:
        """Keep what worked and what failed where, so that another script can be advised by it."""
        here = situation_at(self.subject.site, self.environment.device, self.environment.libraries)
        learned = lesson_of(measured(here, before), self.environment, plan, verdict, before.peak_mb)
        experience.keep(self.store, key, learned)

    def _remember_baseline(self, key: str) -> None:
        """Keep whose profile it is, so that the script's text alone finds it again."""
        source, pipeline = fingerprint(self.subject.code), self.subject.site.name
        experience.keep_baseline(self.store, key, source, pipeline, self.environment)

    def _measure(self, candidate: Candidate, protocol: str) -> tuple[Verdict, list[bytes]]:
        before = self.baseline(protocol)
        if not isinstance(before, Baseline):
            return before, []
        found = added(candidate.code, self.subject.code)
        if (worst := next((t for t in found if t.check in REFUSED), None)) is not None:
            return Tampered(message=worst.sentence, check=worst.check), []
        live = self._start(candidate.code, self._candidate_limits(before))
        if not isinstance(live, Live):
            return live, []
        try:
            verdict, kept = self._judge(live, candidate, before, self.protocols[protocol])
        finally:
            live.close()
        if isinstance(verdict, Evaluation):
            verdict = verdict.model_copy(update={"flags": (*(t.sentence for t in found), *verdict.flags)})
        return verdict, kept

    def _judge(
        self, live: Live, candidate: Candidate, before: Baseline, protocol: Protocol
    ) -> tuple[Verdict, list[bytes]]:
        proof = self._proven(live, candidate.plan, before, protocol)
        if not isinstance(proof, Proof):
            return proof, []
        found, kept = self._course(live, candidate, protocol).run(proof)
        if not isinstance(found, Evaluation):
            return found, kept
        return self._sane(candidate, live.limits, found, before, protocol), kept

    def _sane(
        self, candidate: Candidate, limits: Limits, found: Evaluation, before: Baseline, protocol: Protocol
    ) -> Verdict:
        """With what a person should look at; a speedup beyond what is known is measured again, by fresh processes."""
        bound = sanity.ceiling(candidate.plan, found.trace, before.profile)
        if found.speedup > bound:
            few = min(_SANE_PAIRS, protocol.pairs)
            again = protocol.model_copy(update={"pairs": few, "blocks": min(2, few), "least": None})
            pairs = timed_blocks(*self._fresh(candidate.code, limits), integrity.unforeseen(again, self.rng))
            if not isinstance(pairs, Pairs):
                return pairs
            found = report_card.measured_again(found, pairs, protocol)
        return found.model_copy(update={"flags": tuple(sanity.flags(found, before.profile, bound))})

    def _course(self, live: Live, candidate: Candidate, protocol: Protocol) -> Course:
        code, limits = candidate.code, live.limits
        return Course(
            live=live,
            protocol=protocol,
            batch=protocol.batch if candidate.plan is not None and batch_safe(candidate.plan) else 1,
            target=self.target,
            scorer=self.scorer(),
            baseline=lambda count: self._grown(protocol, count),
            beside=lambda: self._on_second_lane(code, limits) if self.lanes > 1 else None,
            opponent=self.live_baseline,
            fresh=self._fresh(code, limits),
            timed=integrity.unforeseen(protocol, self.rng),
        )

    def _proven(self, live: Live, plan: Plan | None, before: Baseline, protocol: Protocol) -> Proof | Failure:
        """The first image, then a counted call: does it show the plan, and nothing else?"""
        first = live.pictures(*call_at(live, protocol, 0))
        if not isinstance(first, Pictures):
            return first
        live.first_image_s = first.seconds
        deep = live.pictures(*call_at(live, protocol, 0), deep=True)
        if not isinstance(deep, Pictures):
            return deep
        trace = trace_of(deep)
        if not isinstance(trace, Trace):
            return trace
        was = before.profile.trace
        doubts = changed(trace, was) if plan is None else unproven(plan, trace, was)
        return doubts[0] if doubts else Proof(trace, first, deep)

    def _fresh(self, code: str, limits: Limits) -> tuple[Starter, Starter]:
        """Start the baseline, start the candidate: each time a new process."""
        return (lambda: self._start(self.subject.code, self.limits)), (lambda: self._start(code, limits))

    def pair(self, candidate: Candidate, protocol: str = "final") -> tuple[list[bytes], list[bytes]]:
        """Baseline's and candidate's kept pictures (PNG), in the order of the protocol's prompts."""
        before = self.store.pictures(self._key(protocol, Plan(), self.subject.code), "before")
        after = self.store.pictures(self._key(protocol, candidate.plan, candidate.code), "after")
        return before, after

    def baseline_again(self, protocol: str) -> list[bytes]:
        """The baseline's pictures with other seeds (PNG), which are the unit of drift."""
        return self.store.pictures(self._key(protocol, Plan(), self.subject.code), "again")

    def torch_trace(self) -> bytes | Failure:
        """A torch.profiler trace of one call of the baseline."""
        live = self.live_baseline()
        return live.torch_trace(*call_at(live, self.protocols["quick"], 0)) if isinstance(live, Live) else live

    # small things

    def _start(self, code: str, limits: Limits, lane: int = 0) -> Live | Failure:
        return self.runner().start(self.subject.job(code), self.subject.path, limits, lane)

    def _candidate_limits(self, before: Baseline) -> Limits:
        """A candidate is meant to be faster: ten times the baseline's image is a hang, compilation aside."""
        image = max(60.0, 10 * before.profile.latency_s * before.profile.images_per_call)
        return replace(self.limits, image_s=min(self.limits.image_s, max(image, 240.0)))

    def _key(self, protocol: str, plan: Plan | None, code: str) -> str:
        return Question(
            protocol=self.protocols[protocol],
            environment=self.environment,
            source=fingerprint(self.subject.code),
            pipeline=self.subject.site.name,
            start=self.subject.start,
            plan=plan,
            code=fingerprint(code),
        ).fingerprint()

    def close(self) -> None:
        for live in (self._live, self._beside):
            if live is not None:
                live.close()
        self._live = self._beside = None
