"""Does the report of an earlier run still stand? A run that measured nothing new need not draw it again."""

import json
from pathlib import Path
from typing import Any

from ...knowledge.types import Outcome
from .manifest import NAME

FILES = ("outcome.json", NAME, "changes.diff", "pareto.png", "contact_sheet.png", "report.html", "trace.html")
_OF_THE_RUN = ("seconds", "measured", "asked", "reused", "cost")
"""what a run took, which its report tells and which is no part of the verdicts"""
_OF_THE_TRY = ("seconds", "cached")


def standing(folder: Path, outcome: Outcome, diff: str, made_by: str) -> Path | None:
    """The report in `folder`, where this version made it of these same verdicts; None where it must be written."""
    if outcome.measured or not all((folder / name).is_file() for name in FILES):
        return None
    try:
        before: dict[str, Any] = json.loads((folder / "outcome.json").read_text("utf-8"))
        maker = json.loads((folder / NAME).read_text("utf-8")).get("made_by")
        same = _lasting(before) == _lasting(json.loads(outcome.model_dump_json()))
        unchanged = (folder / "changes.diff").read_bytes() == diff.encode("utf-8", "surrogateescape")
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return None
    return folder / "report.html" if same and unchanged and maker == made_by else None


def _lasting(outcome: dict[str, Any]) -> dict[str, Any]:
    tries = [{k: v for k, v in one.items() if k not in _OF_THE_TRY} for one in outcome["trials"]]
    return {**{k: v for k, v in outcome.items() if k not in _OF_THE_RUN}, "trials": tries}
