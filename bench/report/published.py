"""The paper's published rows, for orientation."""

import json
from functools import cache
from pathlib import Path

from pydantic import Field

from ...knowledge.types import Record


class PublishedRow(Record):
    """One system of the paper; percentages as they were printed."""

    system: str
    levels: tuple[float, float, float, float, float]
    all: float
    achieved: float | None = Field(description="S_a on hard tasks, where it was given")


class Published(Record):
    """The paper's table."""

    source: str
    note: str
    rows: tuple[PublishedRow, ...]


@cache
def published() -> Published:
    """The rows as they stand in the paper."""
    file = Path(__file__).parent / "data" / "published.json"
    return Published.model_validate(json.loads(file.read_text(encoding="utf-8")))
