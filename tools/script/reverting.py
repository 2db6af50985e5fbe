"""`revert FILE`: find what a file was before it was accelerated, and take out what was added since."""

from pathlib import Path

from pydantic import ValidationError

from ...knowledge.types import EditRefused, Outcome
from ..errors import UsageError
from ..textfile import TextFile, read
from .revert import revert_to


def reverted(path: Path, text: str | None = None) -> str:
    """The whole text that `path` should have; `text` is what it has in an editor, where that is not saved.

    Raises UsageError with one sentence where that cannot be said.
    """
    now = read(path)
    if text is not None and now.notebook is None:
        now = TextFile(path, text, now.encoding)
    original = _original(path)
    accelerated = _accelerated(path, original)
    made = revert_to(now.text, accelerated or now.text, original.text)
    if isinstance(made, EditRefused):
        raise UsageError(f"{path}: {made.message}; the original is {original.path}")
    return now.filled(made)


def _original(path: Path) -> TextFile:
    """The copy that `--apply` kept, or the script that `NAME.accelerated.py` was made from."""
    kept = path.with_name(f"{path.name}.orig")
    if kept.exists():
        return read(kept)
    stem = path.stem.removesuffix(".accelerated")
    source = path.with_name(f"{stem}{path.suffix}")
    older = source.with_name(f"{source.name}.orig")
    if stem != path.stem and source.exists():
        return read(older if older.exists() else source)
    raise UsageError(f"nothing is known of {path.name} before it was accelerated: there is no {kept.name} beside it")


def _accelerated(path: Path, original: TextFile) -> str | None:
    """The file as it was written: from the folder of the run, else the copy beside the script."""
    stem = path.stem.removesuffix(".accelerated")
    outcome = path.with_name(f"{stem}.diffagent") / "outcome.json"
    if outcome.exists():
        try:
            found = Outcome.model_validate_json(outcome.read_bytes())
        except ValidationError:
            return None
        winner = found.trial(found.winner)
        if winner is not None and winner.candidate is not None:
            return winner.candidate.code
    copy = path.with_name(f"{stem}.accelerated{path.suffix}")
    return read(copy).text if copy.exists() and copy != path and copy != original.path else None
