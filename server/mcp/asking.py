"""What a job is asked, from the arguments of a tool."""

from pathlib import Path
from typing import Any

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.types import Budget, Target
from ...tools import textfile
from ...tools.errors import UsageError
from ...tools.measure.judge import sha
from .. import parsing, wishes
from ..jobs.ask import Ask, Kind
from ..opening import of_text, open_script
from ..settings import Settings


def ask(
    settings: Settings, kind: Kind, path: Path, pipeline: str | None, arguments: list[str] | None, **more: Any
) -> Ask:
    """What a job is asked. Raises UsageError at once for a script without a pipeline, rather than in the job."""
    opened = open_script(path, pipeline)
    return Ask(
        kind=kind,
        settings=settings,
        path=str(path),
        source=sha(opened.file.text),
        pipeline=pipeline,
        arguments=tuple(arguments or ()),
        **more,
    )


def target_of(speedup: float | None, latency_s: float | None, max_loss: float, max_drift: float) -> Target:
    """The target; 2x where neither speed nor latency is given."""
    speed = None if speedup is None else f"{speedup:g}"
    latency = None if latency_s is None else f"{latency_s:g}s"
    return parsing.target(speed, latency, max_loss, max_drift, "default")


def bounds(evaluations: int, minutes: float | None, methods: str | None, without: str | None) -> dict[str, Any]:
    """How long to search, and among what. Raises UsageError for a method that is not known."""
    only, left_out = wishes.slugs(methods, list(CATALOGUE)), wishes.slugs(without, list(CATALOGUE)) or ()
    if only is not None and not set(only) - set(left_out):
        raise UsageError("without leaves out every method that methods allows; take one away from either")
    budget = Budget(evaluations=evaluations, seconds=None if minutes is None else 60 * minutes)
    return {"budget": budget, "only": only, "without": left_out}


def code_of(path: Path) -> str:
    """The text to measure. Raises UsageError where no single pipeline shows in it."""
    text = textfile.read(path).text
    if of_text(text) is None:
        raise UsageError("code has no single diffusers pipeline that shows in its text: give the whole changed script")
    return text
