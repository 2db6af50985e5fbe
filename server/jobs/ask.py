"""What a job is asked, and what it hands back: both are kept in the store as JSON."""

from typing import Literal

from pydantic import Field

from ...knowledge.types import Budget, Record, Target
from ...tools.measure.start import Start
from ..settings import Settings

Kind = Literal["debug", "profile", "evaluate", "optimize"]


class Ask(Record):
    """Everything that a process needs to do the work."""

    kind: Kind
    settings: Settings
    path: str = Field(description="the script")
    source: str = Field(description="fingerprint of the script's text when it was asked; it is not applied to another")
    pipeline: str | None = None
    start: Start = Field(default_factory=Start)
    target: Target = Field(default_factory=Target)
    budget: Budget = Field(default_factory=Budget)
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    code: str | None = Field(default=None, description="evaluate: the code to measure against the script")
    final: bool = Field(default=False, description="evaluate: under the protocol of reported numbers")


class Found(Record):
    """What came out of a job."""

    good: bool = Field(description="debug: it runs; evaluate, optimize: the target is met")
    sentence: str
    numbers: dict[str, float] = Field(default={})
    where: str = Field(default="", description="which models and device the numbers are of")
    evidence: str = Field(default="", description="the end of what a failing script wrote")
    advice: tuple[str, ...] = ()
    code: str | None = Field(default=None, description="the script's whole text, changed")
    diff: str = ""
    winner: int | None = Field(default=None, description="number of the candidate that won a search")
    report: str | None = Field(default=None, description="the page of a search")
    lines: tuple[str, ...] = Field(default=(), description="one for each candidate")
