"""`revert`: take what acceleration added out of a file again, when a person asks for it."""

from pathlib import Path

from ..knowledge.types import Record
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.script.diff import unified
from ..tools.script.reverting import reverted


class Reverted(Record):
    """What is taken out of a file, as a diff; empty where nothing was to be."""

    path: str
    diff: str
    written: bool


def revert(path: Path, write: bool) -> Reverted:
    """The file as it was before it was accelerated, with what its owner wrote since. Raises UsageError."""
    before, encoding = reverted(path), textfile.read(path).encoding
    try:
        diff = unified(path.read_bytes().decode(encoding), before, path.name)
        if diff and write:
            textfile.write(path, before, encoding)
    except OSError as e:
        raise UsageError(f"cannot write {path} ({e.strerror})") from e
    return Reverted(path=str(path), diff=diff, written=bool(diff) and write)
