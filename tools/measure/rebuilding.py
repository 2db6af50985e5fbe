"""Verdicts of a search, taken from its report where the store that held them is lost. Pure.

Only what the report holds whole: verdicts of the search, under the very key that the judge gives them. Those of the
`final` protocol go with pictures, which the report has as one drawing only; they are measured again.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from ...knowledge.types import Outcome, Verdict
from ..script.source import fingerprint
from .question import Question
from .start import Start


def verdicts(outcome: Outcome) -> Iterator[tuple[str, Verdict]]:
    """Key and verdict of each candidate of a report; none where it does not say how its script was started."""
    quick = next((p for p in outcome.protocols if p.name == "quick"), None)
    start = _start(outcome)
    if quick is None or start is None:
        return
    for trial in outcome.trials:
        if trial.candidate is None or not trial.verdict.holds():
            continue
        asked = Question(
            protocol=quick,
            environment=outcome.environment,
            source=outcome.script.source_sha,
            pipeline=outcome.pipeline,
            start=start,
            plan=trial.candidate.plan,
            code=fingerprint(trial.candidate.code),
        )
        yield asked.fingerprint(), trial.verdict


def _start(outcome: Outcome) -> Start | None:
    try:
        return None if outcome.start is None else Start.model_validate(outcome.start)
    except ValidationError:
        return None
