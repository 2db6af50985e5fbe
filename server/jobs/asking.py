"""What a job is asked, from the arguments of a tool or of an editor."""

from pathlib import Path
from typing import Any

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.types import Budget, Target
from ...knowledge.types.request import MAX_DRIFT, MAX_LOSS
from ...tools import textfile
from ...tools.errors import UsageError
from ...tools.measure.start import Start
from ...tools.script.source import fingerprint
from .. import parsing, wishes
from ..opening import of_text, open_script
from ..settings import Settings, without_client
from .ask import Ask, Kind


def ask(settings: Settings, kind: Kind, path: Path, pipeline: str | None, start: Start, **more: Any) -> Ask:
    """What a job is asked. Raises UsageError at once for a script without a pipeline, rather than in the job."""
    opened = open_script(path, pipeline)
    return Ask(
        kind=kind,
        settings=without_client(settings),
        path=str(path),
        source=fingerprint(opened.file.text),
        pipeline=pipeline,
        start=start,
        **more,
    )


def start_of(arguments: list[str] | None, call: str | None) -> Start:
    """How the script gets to its call. `call` is a handler, perhaps with its request as JSON behind it."""
    handler, brace, body = (call or "").partition("{")
    entry = parsing.entry(handler or None, f"{brace}{body}" if brace else None)
    return Start(arguments=tuple(arguments or ()), entry=entry)


def target_of(
    speedup: float | None, latency_s: float | None, max_loss: float | None, max_drift: float | None
) -> Target:
    """The target; 2x where neither speed nor latency is given, and the usual bounds where none are."""
    speed = None if speedup is None else f"{speedup:g}"
    latency = None if latency_s is None else f"{latency_s:g}s"
    loss, drift = MAX_LOSS if max_loss is None else max_loss, MAX_DRIFT if max_drift is None else max_drift
    return parsing.target(speed, latency, loss, drift, "default")


def bounds(
    evaluations: int, minutes: float | None, methods: str | None, without: str | None, lossy: bool = True
) -> dict[str, Any]:
    """How long to search, and among what. Raises UsageError for a method that is not known."""
    only, left_out = wishes.slugs(methods, list(CATALOGUE)), wishes.slugs(without, list(CATALOGUE)) or ()
    if not lossy:
        only = tuple(slug for slug in only or CATALOGUE if CATALOGUE[slug].lossless)
    if only is not None and not set(only) - set(left_out):
        raise UsageError("no method is left to try: methods allows too few, or without leaves out too many")
    budget = Budget(evaluations=evaluations, seconds=None if minutes is None else 60 * minutes)
    return {"budget": budget, "only": only, "without": left_out}


def code_of(path: Path) -> str:
    """The text to measure. Raises UsageError where no single pipeline shows in it."""
    text = textfile.read(path).text
    if of_text(text) is None:
        raise UsageError("code has no single diffusers pipeline that shows in its text: give the whole changed script")
    return text
