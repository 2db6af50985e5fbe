"""What a person asks of `optimize`, from the parameters of a door."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..knowledge import plugins
from ..knowledge.catalogue import CATALOGUE
from ..knowledge.types import Budget, Search, Target
from ..tools.errors import UsageError
from ..tools.measure.start import Start
from . import parsing


@dataclass(frozen=True)
class Wish:
    """A script, a target, and the bounds of the search; everything beside the settings."""

    path: Path
    target: Target
    budget: Budget = field(default_factory=Budget)
    search: Search = field(default_factory=Search)
    pipeline: str | None = None
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    start: Start = field(default_factory=Start)
    prompts: Path | None = None
    out: Path | None = None
    apply: bool = False
    memory: bool = True
    """may what was measured before seed the search?"""


def from_parameters(p: dict[str, Any]) -> Wish:
    """The wish in the parameters of the `optimize` command. Raises UsageError with one sentence."""
    only, without = slugs(p["methods"], list(CATALOGUE)), slugs(p["without"], list(CATALOGUE)) or ()
    if only is not None and not set(only) - set(without):
        raise UsageError("--without leaves out every method that --methods allows; take one away from either")
    seconds = parsing.seconds(p["budget_seconds"], "--budget-seconds") if p["budget_seconds"] is not None else None
    target = parsing.target(p["speedup"], p["latency"], p["max_loss"], p["max_drift"], p["gate"])
    metrics = parsing.bounds(p["metric"], plugins.offered(plugins.METRICS)) if p["metric"] else ()
    return Wish(
        path=p["file"],
        target=target.model_copy(update={"metrics": metrics}),
        budget=Budget(evaluations=p["budget_evals"], seconds=seconds),
        search=Search(
            kind=_kind(p["search"]),
            population=p["population"],
            parents=p["parents"],
            generations=p["generations"],
            seed=p["seed"],
            stop_at_first=not p["explore"],
        ),
        pipeline=p["pipeline"],
        only=only,
        without=without,
        start=started(p["arguments"], p["call"], p["request"]),
        prompts=p["prompts"],
        out=p["out"],
        apply=p["apply"],
        memory=not p["no_memory"],
    )


def _kind(text: str) -> Literal["diffagent", "paper"]:
    """Raises UsageError."""
    if text not in ("diffagent", "paper"):
        raise UsageError(f"--search {text}: the kinds of search are diffagent and paper")
    return text


def started(arguments: Sequence[str] | None, call: str | None, request: str | None) -> Start:
    """How the script gets to its call. Raises UsageError with one sentence."""
    return Start(arguments=tuple(arguments or ()), entry=parsing.entry(call, request))


def slugs(text: str | None, known: Sequence[str]) -> tuple[str, ...] | None:
    """`deepcache,tome` as slugs. Raises UsageError for one that is not known."""
    if text is None:
        return None
    found = tuple(part.strip().lower().replace("-", "_") for part in text.split(",") if part.strip())
    for slug in found:
        if slug not in known:
            raise UsageError(f"unknown method {slug!r}; the methods are {', '.join(known)}")
    return found
