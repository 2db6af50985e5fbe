"""What a claim rests on, so that somebody else can make it again: written beside the report as manifest.json."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from pydantic import Field

from ...knowledge.types import Candidate, Environment, Evaluation, Outcome, Protocol, Record
from ..measure.start import Start
from ..pictures import pixels
from ..script.source import fingerprint
from . import summary
from .pairs import PicturePair

NAME = "manifest.json"


class Seen(Record):
    """One prompt and seed, with hashes of the pixels of both pictures."""

    prompt: str
    seed: int
    before: str
    after: str


class Manifest(Record):
    """One measured claim, whole: the code on both sides, where and how it was measured, and what came out."""

    kind: str = "diffagent manifest"
    version: int = 1
    made_by: str = Field(description="version of diffagent-mcp")
    script: str = Field(description="name of the file")
    pipeline: str
    start: Start = Field(default_factory=Start)
    source: str = Field(description="the script as it was")
    source_sha: str
    candidate: Candidate
    code_sha: str
    environment: Environment
    model_id: str | None = None
    weights: dict[str, str] = Field(default={}, description="part -> hash of some of its weights")
    protocol: Protocol
    claim: Evaluation = Field(description="samples, intervals, the record of the call, and every prompt's score")
    pictures: tuple[Seen, ...] = ()

    def torn(self) -> str | None:
        """Which of its own hashes it contradicts; None where it is whole."""
        if fingerprint(self.source) != self.source_sha:
            return "the script in it is not the one that its hash names"
        if fingerprint(self.candidate.code) != self.code_sha:
            return "the accelerated code in it is not the one that its hash names"
        return None


def manifest_of(
    outcome: Outcome, source: str, start: Start, pairs: Sequence[PicturePair], made_by: str
) -> Manifest | None:
    """Of the trial that the report is about; None where nothing was measured."""
    trial, claim = summary.chosen(outcome), summary.chosen_evaluation(outcome)
    protocol = next((p for p in outcome.protocols if claim is not None and p.name == claim.protocol), None)
    if trial is None or trial.candidate is None or claim is None or protocol is None:
        return None
    return Manifest(
        made_by=made_by,
        script=PurePath(outcome.script.path).name,
        pipeline=outcome.pipeline,
        start=start,
        source=source,
        source_sha=fingerprint(source),
        candidate=trial.candidate,
        code_sha=fingerprint(trial.candidate.code),
        environment=outcome.environment,
        model_id=outcome.baseline.trace.model_id,
        weights=outcome.baseline.trace.samples,
        protocol=protocol,
        claim=claim,
        pictures=seen(pairs),
    )


def seen(pairs: Sequence[PicturePair]) -> tuple[Seen, ...]:
    """Hashes of the pixels, prompt by prompt."""
    return tuple(
        Seen(prompt=p.score.prompt, seed=p.score.seed, before=_sha(p.before), after=_sha(p.after)) for p in pairs
    )


def _sha(png: bytes) -> str:
    raw, height, width = pixels(png)
    return hashlib.blake2b(f"{width}x{height}:".encode() + raw, digest_size=16).hexdigest()
