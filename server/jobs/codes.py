"""The code of a search's candidates, a file for each, kept as soon as they are measured: for who looks meanwhile."""

from pathlib import Path

from ...knowledge.types import Trial
from ...tools import textfile


def keep(folder: Path, trial: Trial) -> None:
    """Keep a candidate in the folder of its job; nothing where it never became code."""
    if trial.candidate is not None:
        at = _file(folder, trial.number)
        at.parent.mkdir(parents=True, exist_ok=True)
        textfile.write(at, trial.candidate.code)


def code(folder: Path, number: int) -> str | None:
    """The code of a candidate; None where there is none."""
    at = _file(folder, number)
    return textfile.read(at).text if at.is_file() else None


def _file(folder: Path, number: int) -> Path:
    return folder / "candidates" / f"{number}.py"
