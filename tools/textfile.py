"""People's text files: read with their own encoding and line ends, written whole or not at all."""

import io
import os
import shutil
import tokenize
from dataclasses import dataclass
from pathlib import Path

from .errors import UsageError


@dataclass(frozen=True)
class TextFile:
    """A Python file as it is: nothing about its bytes is lost."""

    path: Path
    text: str
    encoding: str


def read(path: Path) -> TextFile:
    """Read a Python file. Raises UsageError with one sentence where that cannot be done."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give a Python file")
    try:
        data = path.read_bytes()
    except OSError as e:
        raise UsageError(f"cannot read {path}: {e.strerror}") from e
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode("utf-8" if encoding == "utf-8-sig" else encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as e:
        raise UsageError(f"{path} is not Python text: {e}") from e
    return TextFile(path, text, "utf-8" if encoding == "utf-8-sig" else encoding)


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
