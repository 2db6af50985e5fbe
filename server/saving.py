"""What `optimize` leaves behind: the report folder, the accelerated file, and, where asked, the changed original."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..knowledge.types import Evaluation, Outcome, Trial
from ..tools import textfile
from ..tools.report.pairs import PicturePair
from ..tools.report.write import write as write_report
from .session import Session


@dataclass(frozen=True)
class Saved:
    """Where things were written; None where there was nothing to write."""

    report: Path
    accelerated: Path | None = None
    original: Path | None = None


def save(
    one: Session, path: Path, out: Path | None, outcome: Outcome, best: Trial | None, diff: str, *, apply: bool
) -> Saved:
    """Write the report; and the winner's code beside the script (or into `out`), or over it with `--apply`."""
    folder = out or path.with_name(f"{path.stem}.diffagent")
    page = write_report(folder, outcome, pairs(one, best), diff, one.opened.file.text)
    winner = outcome.trial(outcome.winner)
    if winner is None or winner.candidate is None:
        return Saved(page)
    encoding = one.opened.file.encoding
    accelerated = (out or path.parent) / f"{path.stem}.accelerated.py"
    textfile.write(accelerated, winner.candidate.code, encoding)
    if not apply:
        return Saved(page, accelerated)
    original = textfile.keep_original(path)
    textfile.write(path, winner.candidate.code, encoding)
    return Saved(page, accelerated, original)


def pairs(one: Session, best: Trial | None) -> Sequence[PicturePair]:
    """Before and after, for the prompts of the final protocol, where it was run."""
    if best is None or best.candidate is None or not isinstance(best.final, Evaluation):
        return []
    before, after = one.judge.pair(best.candidate)
    return [PicturePair(s, b, a) for s, b, a in zip(best.final.scores, before, after, strict=False)]
