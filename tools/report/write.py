"""The report on disk. The only effects of this folder are here."""

import os
from collections.abc import Sequence
from pathlib import Path

from ...knowledge.types import Outcome, Record
from .manifest import NAME
from .pairs import PicturePair
from .record import Moment, jsonl


def write(
    folder: Path,
    outcome: Outcome,
    pairs: Sequence[PicturePair],
    diff: str,
    source: str,
    moments: Sequence[Moment] = (),
    manifest: Record | None = None,
) -> Path:
    """Write outcome.json, manifest.json, changes.diff, pareto.png, contact_sheet.png, report.html, and what happened as
    trace.jsonl and trace.html; returns the report's path.

    `diff` goes from the person's `source` to the candidate's code. Each file appears whole or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(outcome, pairs, diff, source, moments).items():
        _replace(folder / name, content)
    if manifest is not None:
        _replace(folder / NAME, manifest.model_dump_json(indent=2).encode())
    else:
        (folder / NAME).unlink(missing_ok=True)  # of an earlier run, which claimed something
    return folder / "report.html"


def _files(
    outcome: Outcome, pairs: Sequence[PicturePair], diff: str, source: str, moments: Sequence[Moment]
) -> dict[str, bytes]:
    from .contact_sheet import contact_sheet  # Pillow and matplotlib: loaded when a report is due, not before
    from .html import html
    from .pareto import DARK, LIGHT, pareto
    from .trace import page as trace_page

    light, dark = pareto(outcome, LIGHT), pareto(outcome, DARK)
    page = html(outcome, pairs, diff, source, (light, dark))
    return {
        "outcome.json": outcome.model_dump_json(indent=2).encode(),
        "changes.diff": diff.encode("utf-8", "surrogateescape"),
        "pareto.png": light,
        "contact_sheet.png": contact_sheet(outcome, pairs),
        "trace.jsonl": jsonl(outcome, moments).encode("utf-8", "replace"),
        "trace.html": trace_page(outcome, moments).encode("utf-8", "replace"),
        "report.html": page.encode(),
    }


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
