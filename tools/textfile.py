"""People's text files: read with their own encoding and line ends, written whole or not at all."""

import io
import os
import shutil
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path

from .errors import UsageError
from .script.analyse import Unreadable
from .script.notebook import Notebook, read_notebook

_LARGEST = 20_000_000
_LONGEST = 200


@dataclass(frozen=True)
class TextFile:
    """A Python file as it is: nothing about its bytes is lost."""

    path: Path
    text: str
    """the file's text; of a notebook, its code cells as one script"""
    encoding: str
    notebook: Notebook | None = None

    def filled(self, code: str) -> str:
        """What to write to a file of the same kind: `code` itself, or the notebook with `code` in its cells."""
        return code if self.notebook is None else self.notebook.filled(code)


def read(path: Path) -> TextFile:
    """Read a Python file, or a notebook as one. Raises UsageError with one sentence where that cannot be done."""
    data = content(path, "a Python file")
    if path.name.removesuffix(".orig").endswith(".ipynb"):
        return _notebook(path, data)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode("utf-8" if encoding == "utf-8-sig" else encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as e:
        raise UsageError(f"{path} is not Python text: {e}") from e
    return TextFile(path, text, "utf-8" if encoding == "utf-8-sig" else encoding)


def _notebook(path: Path, data: bytes) -> TextFile:
    try:
        notebook = read_notebook(str(path), data.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise UsageError(f"{path} is not a notebook: {e}") from e
    if isinstance(notebook, Unreadable):
        raise UsageError(notebook.message)
    return TextFile(path, notebook.python, "utf-8", notebook)


def content(path: Path, wanted: str, largest: int = _LARGEST) -> bytes:
    """The bytes of an ordinary file that is no bigger than such a file can be. Raises UsageError with one sentence.

    `wanted` is what should have been given, for the sentence: `a Python file`.
    """
    try:
        return _bytes_of(path, wanted, largest)
    except OSError as e:
        raise UsageError(f"cannot read {_shown(path)}: {e.strerror}") from e
    except ValueError as e:
        raise UsageError(f"cannot read {str(path)!r}: {e}") from e


def _bytes_of(path: Path, wanted: str, largest: int) -> bytes:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder; give {wanted}")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is not an ordinary file; give {wanted}")
    with path.open("rb") as stream:
        data = stream.read(largest + 1)
    if len(data) > largest:
        raise UsageError(f"{path} is bigger than {largest // 1_000_000} MB; give {wanted}")
    return data


def _shown(path: Path) -> str:
    """A path short enough for a sentence."""
    text = str(path)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Replace `path` atomically, keeping its permissions where it exists."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(text.encode(encoding))
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def keep_original(path: Path) -> Path:
    """Copy `path` to `path.orig`; an earlier `.orig` is left alone, since it is the older original."""
    original = path.with_name(path.name + ".orig")
    if not original.exists():
        shutil.copy2(path, original)
    return original
