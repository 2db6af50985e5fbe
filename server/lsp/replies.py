"""Jobs as our own requests answer them: plain objects, what is absent left out."""

from pathlib import Path
from typing import Any

from ...tools import textfile
from ...tools.errors import UsageError
from ...tools.script.revert import revert
from ...tools.script.source import fingerprint
from ...tools.store.jobs import Job
from ..jobs.control import View
from .desk import Desk
from .following import sentence_of


def short(view: View, row: Job) -> dict[str, Any]:
    """A job in a list."""
    found = view.found
    basis: dict[str, Any] = {
        "id": view.id,
        "kind": view.ask.kind,
        "state": view.state,
        "sentence": sentence_of(view),
        "path": view.ask.path,
        "at": row.at,
        "changed": row.changed,
    }
    if found is not None:
        basis |= {"good": found.good, "numbers": found.numbers, "where": found.where}
        basis |= {"report": found.report} if found.report else {}
    if view.ask.kind == "optimize":
        basis["budget"] = view.ask.budget.evaluations
    return basis


def whole(desk: Desk, view: View, row: Job) -> dict[str, Any]:
    """A job with its candidates so far, and the pictures of its winner."""
    target, points = view.ask.target, desk.jobs.points(view.id) if view.ask.kind == "optimize" else ()
    bounds = {"speedup": target.speedup, "max_loss": target.max_loss, "max_drift": target.max_drift}
    more: dict[str, Any] = {
        "said": list(view.said),
        "target": {name: value for name, value in bounds.items() if value is not None},
        "candidates": [p.model_dump(exclude_none=True) for p in points],
        "pictures": pictures(view),
    }
    if view.found is not None and view.found.winner is not None:
        more["winner"] = view.found.winner
    if points:
        more["measured"] = len(points)
    return {**short(view, row), **more}


def pictures(view: View) -> list[dict[str, str]]:
    """Pictures before and after, for each prompt of the final protocol."""
    if view.found is None or not view.found.report:
        return []
    folder, found = Path(view.found.report).parent / "pictures", list[dict[str, str]]()
    for before in sorted(folder.glob("*.before.png")):
        stem = before.name.removesuffix(".before.png")
        prompt, after = folder / f"{stem}.txt", folder / f"{stem}.after.png"
        if after.is_file() and prompt.is_file():
            found.append({"prompt": prompt.read_text("utf-8"), "before": str(before), "after": str(after)})
    return found


def of_text(view: View, text: str) -> bool:
    """Was the job about this very text?"""
    return fingerprint(text) == view.ask.source


def before_of(view: View) -> str:
    """The text that a search began with: the file's, else what its diff says. Raises UsageError."""
    path = Path(view.ask.path)
    text = textfile.read(path).text if path.is_file() else ""
    if of_text(view, text):
        return text
    found = view.found
    before = revert(found.code, found.diff) if found is not None and found.code and found.diff else None
    if not isinstance(before, str) or not of_text(view, before):
        raise UsageError(f"{view.name} has changed since job {view.id} read it, and its text is not kept")
    return before


def code_of(desk: Desk, view: View, number: int | None) -> str:
    """The text to write: that of a candidate, or of the winner. Raises UsageError where there is none."""
    if number is not None:
        return desk.jobs.code(view.id, int(number))
    if view.found is None or not view.found.code or not view.found.diff:
        raise UsageError(f"job {view.id} is {view.state} and has no code to apply")
    return view.found.code
