"""Memory as a file that people hand on: JSON lines, a header first. What comes in is data, checked line by line."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ...knowledge.experience import Experience, Lesson, Setback
from ...knowledge.sharing import refusal
from ...knowledge.types import Record
from .. import textfile
from ..errors import UsageError

FORMAT, VERSION = "diffagent-memory", 1
LARGEST, LONGEST, MOST = 32_000_000, 100_000, 20_000
"""bytes of a file, bytes of a line, lessons of a file"""
_lesson: TypeAdapter[Lesson] = TypeAdapter(Annotated[Experience | Setback, Field(discriminator="kind")])


class Header(Record):
    """The first line."""

    format: Literal["diffagent-memory"] = FORMAT
    version: int = VERSION
    versions: dict[str, str] = Field(default={}, description="what wrote it")
    count: int = Field(ge=0, description="lessons that follow")


class Read(Record):
    """A file as it was read: what may be let in, and a sentence for each line that may not."""

    header: Header
    lessons: tuple[Lesson, ...]
    refused: tuple[str, ...]


def write(path: Path, lessons: Sequence[Lesson]) -> None:
    """Write lessons, the whole file or none of it. Raises UsageError where it cannot be written."""
    header = Header(versions={"diffagent-mcp": version("diffagent-mcp")}, count=len(lessons))
    try:
        textfile.write(path, "".join(f"{one.model_dump_json()}\n" for one in (header, *lessons)))
    except OSError as e:
        raise UsageError(f"cannot write {path}: {e.strerror}") from e


def read(path: Path) -> Read:
    """Read somebody's file. Raises UsageError where it is no such file, or too large to be one."""
    lines = [line for line in textfile.content(path, "a file of `memory export`", LARGEST).split(b"\n") if line.strip()]
    header = _header(path, lines[0] if lines else b"")
    if len(lines) - 1 > MOST:
        raise UsageError(f"{path} has {len(lines) - 1} lines; at most {MOST} experiences are read from a file")
    taken: list[Lesson] = []
    refused: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        one = _checked(line)
        if isinstance(one, str):
            refused.append(f"line {number}: {one}")
        else:
            taken.append(one.model_copy(update={"origin": ""}))
    if header.count != len(lines) - 1:
        refused.append(f"the header says {header.count} experiences and {len(lines) - 1} are there: it may be cut off")
    return Read(header=header, lessons=tuple(taken), refused=tuple(refused))


def _header(path: Path, line: bytes) -> Header:
    try:
        header = Header.model_validate_json(line[:LONGEST])
    except ValidationError as e:
        raise UsageError(
            f"{path} is not a file of `diffagent-mcp memory export`: its first line says no such thing"
        ) from e
    if header.version > VERSION:
        raise UsageError(
            f"{path} has version {header.version} of the format, and {VERSION} is known; upgrade diffagent-mcp"
        )
    return header


def _checked(line: bytes) -> Lesson | str:
    """The lesson of a line, or why it is none."""
    if len(line) > LONGEST:
        return f"longer than {LONGEST} bytes"
    try:
        one = _lesson.validate_json(line)
    except ValidationError as e:
        return _why(e)
    return refusal(one) or one


def _why(e: ValidationError) -> str:
    first = e.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("measured", "failed"))
    return f"{where[:80] or 'not an experience'}: {first['msg'][:120].lower()}"
