"""What `optimize` leaves behind: the report folder, the accelerated file, and, where asked, the changed original."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..knowledge.types import Evaluation, Outcome, Trial
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.report.manifest import manifest_of
from ..tools.report.pairs import PicturePair
from ..tools.report.record import Moment
from ..tools.report.standing import standing
from ..tools.report.write import write as write_report
from .session import Session


@dataclass(frozen=True)
class Saved:
    """Where things were written; None where there was nothing to write."""

    report: Path
    accelerated: Path | None = None
    original: Path | None = None
    pairs: Sequence[PicturePair] = ()
    """pictures before and after, for the prompts of the final protocol"""
    stale: Path | None = None
    """an accelerated file that an earlier run wrote, where this run has none to put in its place"""

    @property
    def trace(self) -> Path:
        """What happened on the way, beside the report."""
        return self.report.with_name("trace.html")


def report_folder(path: Path, out: Path | None) -> Path:
    """Where the report goes, made now: better to complain before measuring than after. Raises UsageError."""
    folder = out or path.with_name(f"{path.stem}.diffagent")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise UsageError(
            f"cannot make the folder {folder} for the report ({e.strerror}); give another with --out"
        ) from e
    for place in {folder, out or path.parent}:
        if not os.access(place, os.W_OK):
            raise UsageError(f"cannot write in {place}; give another folder with --out")
    return folder


def save(
    one: Session,
    path: Path,
    out: Path | None,
    outcome: Outcome,
    best: Trial | None,
    diff: str,
    moments: Sequence[Moment],
    *,
    apply: bool,
) -> Saved:
    """Write the report, unless an earlier run's stands; and the winner's code: beside the script or into `out`, or over
    the script with `apply`.
    """
    folder = report_folder(path, out)
    seen = pairs(one, best)
    source = one.opened.file.text
    made_by = version("diffagent-mcp")
    page = standing(folder, outcome, diff, made_by)
    if page is None:
        claimed = manifest_of(outcome, source, one.start, seen, made_by)
        page = write_report(folder, outcome, seen, diff, source, moments, claimed)
    winner = outcome.trial(outcome.winner)
    accelerated = (out or path.parent) / f"{path.stem}.accelerated{path.suffix or '.py'}"
    if winner is None or winner.candidate is None:
        return Saved(page, pairs=seen, stale=accelerated if accelerated.exists() else None)
    file = one.opened.file
    code = file.filled(winner.candidate.code)
    textfile.write(accelerated, code, file.encoding)
    if not apply:
        return Saved(page, accelerated, pairs=seen)
    original = textfile.keep_original(path)
    textfile.write(path, code, file.encoding)
    return Saved(page, accelerated, original, seen)


def pairs(one: Session, best: Trial | None) -> Sequence[PicturePair]:
    """Before and after, for the prompts of the final protocol, where it was run."""
    if best is None or best.candidate is None or not isinstance(best.final, Evaluation):
        return []
    before, after = one.judge.pair(best.candidate)
    return [PicturePair(s, b, a) for s, b, a in zip(best.final.scores, before, after, strict=False)]
