"""The one judge: agents, the benchmark and people all ask it, so that a number means the same thing everywhere.

It holds the clock, owns the baseline, asks the runner for pictures one call at a time and the scorer for quality.
A verdict is kept under the fingerprint of everything it depends on, and never measured twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ...knowledge.experience import lesson_of
from ...knowledge.proof import changed, unproven
from ...knowledge.render import batch_safe
from ...knowledge.situation import measured, situation_at
from ...knowledge.types import (
    Candidate,
    Environment,
    Failure,
    Plan,
    Profile,
    Protocol,
    Record,
    Trace,
    Verdict,
)
from ..script.source import fingerprint
from ..store import experience
from ..store.store import Store
from . import report_card
from .baseline import Baseline, Subject, profile_of, restore
from .drawing import Wanted, of_protocol, pays, quality_pictures
from .runner import Limits, Live, Pictures, Runner
from .sampling import Pairs, call_at, timed_blocks, timed_pairs, trace_of
from .scorer import Scorer
from .start import Start


class Question(Record):
    """Everything a verdict depends on. Its fingerprint is the key in the store."""

    protocol: Protocol
    environment: Environment
    source: str
    pipeline: str
    start: Start
    plan: Plan | None
    code: str


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
    lanes: int = 1
    """processes that may draw at once while nobody is timed, each on processors of its own"""

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
        return profile_of(live, self.scorer(), self.protocols[protocol], self._second_baseline)

    def _second_baseline(self) -> Live | None:
        """The same script on the second lane; kept, as two protocols need it. None where it cannot be had."""
        if self._beside is None and self.lanes > 1:
            self._beside = self._on_second_lane(self.subject.code, self.limits)
        return self._beside

    def _on_second_lane(self, code: str, limits: Limits) -> Live | None:
        live = self._start(code, limits, lane=1)
        return live if isinstance(live, Live) else None

    def live_baseline(self) -> Live | Failure:
        """The baseline's process, started when it is first needed and kept for interleaving."""
        if self._live is None:
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
        return None if kept is None or isinstance(kept, Profile) or not kept.settled else kept

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
        live = self._start(candidate.code, self._candidate_limits(before))
        if not isinstance(live, Live):
            return live, []
        try:
            return self._judge(live, candidate, before, self.protocols[protocol])
        finally:
            live.close()

    def _judge(
        self, live: Live, candidate: Candidate, before: Baseline, protocol: Protocol
    ) -> tuple[Verdict, list[bytes]]:
        trace = self._proven(live, candidate.plan, before, protocol)
        if not isinstance(trace, Trace):
            return trace, []
        batch = protocol.batch if candidate.plan is not None and batch_safe(candidate.plan) else 1
        pictures = self._drawn(live, candidate.code, of_protocol(protocol, batch))
        if not isinstance(pictures, Pictures):
            return pictures, []
        pairs = self._pairs(live, candidate, protocol)
        if not isinstance(pairs, Pairs):
            return pairs, []
        return report_card.evaluation(live, trace, pairs, pictures, before, protocol, self.scorer())

    def _drawn(self, live: Live, code: str, wanted: Wanted) -> Pictures | Failure:
        """The candidate's pictures, by two processes where that pays; the second ends before anybody is timed."""
        beside = None
        if self.lanes > 1 and pays(live, live.first_image_s, len(wanted.prompts)):
            beside = self._on_second_lane(code, live.limits)
        try:
            return quality_pictures(live, wanted, beside)
        finally:
            if beside is not None:
                beside.close()

    def _proven(self, live: Live, plan: Plan | None, before: Baseline, protocol: Protocol) -> Trace | Failure:
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
        return doubts[0] if doubts else trace

    def _pairs(self, live: Live, candidate: Candidate, protocol: Protocol) -> Pairs | Failure:
        """Timed pairs: against the baseline's process that is there, or over fresh processes on both sides."""
        if protocol.blocks > 1:
            code, limits = candidate.code, live.limits
            before, after = (lambda: self._start(self.subject.code, self.limits)), (lambda: self._start(code, limits))
            return timed_blocks(before, after, protocol)
        opponent = self.live_baseline()
        return timed_pairs(opponent, live, protocol) if isinstance(opponent, Live) else opponent

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
